// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/metrics/labels.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/version_policy.h"
#include "slipway/serving/warmup_config.h"
#include "slipway/tensor/data_type.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::serving {

/// Bytes of a config.pbtxt that are read; real ones have a few hundred.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20U;

/// What a configuration says of one input or output.
struct TensorConfig {
  std::string name;
  std::optional<DataType> dtype;   ///< Absent: the model's.
  std::vector<std::int64_t> dims;  ///< Without the batch dimension; -1 where the size is free.
};

/// How requests wait and are grouped.
struct DynamicBatchingConfig {
  /// Rows at which a batch need not wait any longer, ascending.
  std::vector<std::int64_t> preferred_batch_sizes;
  /// How long a request that found all instances busy may wait for others once one is free.
  std::chrono::microseconds max_queue_delay{0};
  std::chrono::microseconds queue_timeout{0};  ///< Longest wait in the queue; 0: no limit.
  std::size_t max_queue_size = 0;              ///< Requests that may wait; 0: the server's bound.
};

/// What a config.pbtxt says of a model. Where it says nothing, the model file decides.
struct ModelConfig {
  std::string name;  ///< Empty: the name of the model's folder.
  /// Rows that one engine call may carry; 0: the shapes are whole as they are, or the file decides.
  std::int64_t max_batch_size = 0;
  std::vector<TensorConfig> inputs;   ///< All of them or none.
  std::vector<TensorConfig> outputs;  ///< Those that clients see, in this order; none: all.
  VersionPolicy version_policy = LatestVersions{};
  std::size_t instance_count = 0;  ///< Executors that run at once; 0: the server's default.
  DynamicBatchingConfig dynamic_batching;
  std::string model_filename = "model.onnx";
  std::map<std::string, std::string> parameters;
  runtime::SessionOptions session;    ///< From `parameters` and `optimization`.
  std::vector<WarmupConfig> warmups;  ///< Run before a version takes traffic.
  metrics::Labels metric_tags;        ///< Further labels of the version's metrics.
  /// The file, in the model's folder, that names the classes of an output, by the output's name.
  std::map<std::string, std::string> label_files;
  /// The ModelConfig message as it was given, serialized.
  std::string message;
  /// What the file sets and Slipway does not use, one sentence each.
  std::vector<std::string> warnings;
};

/// Reads the text of a config.pbtxt. kInvalidArgument, with line and column where the text itself
/// is wrong, else with the field and its value; kUnimplemented if the model needs a scheduler or a
/// backend that Slipway has not; kResourceExhausted if there are more than `kMaxConfigBytes`.
Result<ModelConfig> ParseModelConfig(std::string_view text);

/// Reads the same from JSON, with the names of the fields as they are or in camel case. Errors are
/// as above; a field that is unknown is kInvalidArgument.
Result<ModelConfig> ParseModelConfigJson(std::string_view json);

}  // namespace slipway::serving
