// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <optional>
#include <string>

namespace slipway::api {

/// Reads the framed `ModelInferRequest` in `body`. Raw tensors stay where they are in the body, at
/// whatever alignment the client gave them; typed contents are converted.
///
/// Takes the bytes that the protobuf library takes. kInvalidArgument names the field and the
/// values; kUnimplemented what is known and not supported.
Result<serving::InferRequest> DecodeGrpcInfer(std::string body, std::optional<SteadyTime> deadline);

}  // namespace slipway::api
