// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/metrics/labels.h"
#include "slipway/serving/internal/model_config.pb.h"
#include "slipway/serving/warmup_config.h"
#include "slipway/tensor/data_type.h"

#include <optional>
#include <string>
#include <vector>

namespace slipway::serving {

/// The type that a configuration calls `type`, if it stands for one.
std::optional<DataType> DataTypeOfConfig(config::DataType type);
/// What a configuration calls `type`; TYPE_INVALID for types that it has no name for.
config::DataType ConfigDataType(DataType type);

/// The labels that `metric_tags` adds to a version's metrics. kInvalidArgument if one is no name of
/// a label or one of ours.
Result<metrics::Labels> ReadMetricTags(const config::ModelConfig& message);

/// What `model_warmup` asks for; a sample without rows is left out, with a sentence in `warnings`.
/// kInvalidArgument where it makes no sense.
Result<std::vector<WarmupConfig>> ReadWarmups(const config::ModelConfig& message,
                                              std::vector<std::string>& warnings);

}  // namespace slipway::serving
