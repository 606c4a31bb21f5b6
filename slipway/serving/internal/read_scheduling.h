// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/internal/model_config.pb.h"
#include "slipway/serving/model_config.h"

#include <string_view>

namespace slipway::serving {

/// The parameter that fills batches up to the next preferred size.
inline constexpr std::string_view kPadParameter = "slipway.pad_to_preferred";

/// Sets what `message` says of batching, queues and instances, with warnings. kInvalidArgument with
/// the field and its value where that has no meaning.
Status ReadScheduling(const config::ModelConfig& message, ModelConfig& config);

}  // namespace slipway::serving
