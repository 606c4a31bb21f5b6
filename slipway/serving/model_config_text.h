// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/model_config.h"
#include "slipway/serving/model_signature.h"

#include <cstddef>

namespace slipway::serving {

/// What completes a configuration.
struct ConfigCompletion {
  const ModelName& model;
  const ModelSignature& signature;
  std::size_t instance_count = 1;
};

/// The configuration as it was given, with what the model file and the server's defaults add, as
/// Triton tells it: name, platform, backend, inputs and outputs without the batch dimension,
/// instances, scheduler, version policy.
Result<ConfigText> CompleteConfigText(const ModelConfig& config,
                                      const ConfigCompletion& completion);

}  // namespace slipway::serving
