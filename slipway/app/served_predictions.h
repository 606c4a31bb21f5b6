// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/dataset/sample_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

/// The class that a server predicts for each sample: the greatest score of the model's first
/// output, which is float32 [n,classes]. `model` has one input, which the samples fit.
Result<std::vector<std::int64_t>> PredictOver(api::client::InferClient& client,
                                              const std::string& model,
                                              const dataset::SampleSource& samples);

}  // namespace slipway::app
