// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::api {

/// The answer to a `:predict`: in row form, if there are `instances`, `{"predictions":[...]}`, else
/// `{"outputs":...}`. One output stands without its name, several as objects; strings of an output
/// whose name ends with "_bytes" are `{"b64":"..."}`. kInvalidArgument, with the output's name, for
/// values that JSON cannot carry, and in row form for an output without a row for each instance.
Result<std::string> EncodeV1Predict(const serving::InferResponse& response,
                                    std::optional<std::int64_t> instances);

}  // namespace slipway::api
