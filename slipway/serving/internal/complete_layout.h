// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/model_config.h"
#include "slipway/serving/model_signature.h"

#include <string_view>

namespace slipway::serving {

/// The batch_input of `config` that has `name` as a target, or null.
const BatchInputConfig* FindBatchInput(const ModelConfig& config, std::string_view name);
/// The batch_output of `config` that has `name` as a target, or null.
const BatchOutputConfig* FindBatchOutput(const ModelConfig& config, std::string_view name);

/// Checks that what `config` says of ragged inputs, batch inputs and batch outputs fits the model.
/// kInvalidArgument with name and values otherwise.
Status CheckBatchEnds(const ModelConfig& config, const SessionSpecs& session);

/// How engine calls are made of requests whose inputs are those of `signature`.
BatchLayout CompleteLayout(const ModelConfig& config, const SessionSpecs& session,
                           const ModelSignature& signature);

}  // namespace slipway::serving
