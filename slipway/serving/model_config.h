// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/metrics/labels.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/batch_layout.h"
#include "slipway/serving/queue_policy.h"
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
  std::string name = {};
  std::optional<DataType> dtype = {};   ///< Absent: the model's.
  std::vector<std::int64_t> dims = {};  ///< Without the batch dimension; -1 where the size is free.
  /// The dims that the model has instead, of as many elements.
  std::optional<std::vector<std::int64_t>> reshape = {};
  bool is_ragged = false;    ///< Inputs only: requests of different shapes may share a batch.
  bool is_optional = false;  ///< Inputs only: a request may leave it out.
};

/// Inputs of the model that tell facts about an input of the requests in a batch.
struct BatchInputConfig {
  BatchFact fact = BatchFact::kElementCount;
  std::vector<std::string> targets = {};
  DataType dtype = DataType::kInt32;  ///< Of the targets: int32 or float32.
  std::string source = {};            ///< An input of the requests.
};

/// Outputs of the model that have for each request the shape of one of its inputs.
struct BatchOutputConfig {
  std::vector<std::string> targets = {};
  std::string source = {};
};

/// Instances that are alike.
struct InstanceGroupConfig {
  std::size_t count = 1;
  std::string host_policy = {};  ///< Where the server has one of this name, it pins the threads.
};

/// How requests wait and are grouped.
struct DynamicBatchingConfig {
  /// Rows at which a batch need not wait any longer, ascending.
  std::vector<std::int64_t> preferred_batch_sizes;
  /// How long a request that found all instances busy may wait for others once one is free.
  std::chrono::microseconds max_queue_delay{0};
  QueuePolicy queue_policy;  ///< Of models without priorities.
  /// One policy for each priority level, the highest first; empty: requests have no priorities.
  std::vector<QueuePolicy> priority_levels;
  std::size_t default_priority = 1;  ///< Of requests that name none; 1 is the first level.
  bool preserve_ordering = false;    ///< Whether answers leave in the order of the requests.
  /// Whether rows of zeros fill a batch up to the next preferred size. Set by the parameter
  /// `slipway.pad_to_preferred`.
  bool pad_to_preferred = false;
};

/// What a config.pbtxt says of a model. Where it says nothing, the model file decides.
struct ModelConfig {
  std::string name;  ///< Empty: the name of the model's folder.
  /// Rows that one engine call may carry; 0: the shapes are whole as they are, or the file decides.
  std::int64_t max_batch_size = 0;
  std::vector<TensorConfig> inputs;   ///< All of them or none, apart from `batch_inputs`.
  std::vector<TensorConfig> outputs;  ///< Those that clients see, in this order; none: all.
  VersionPolicy version_policy = LatestVersions{};
  std::vector<BatchInputConfig> batch_inputs;
  std::vector<BatchOutputConfig> batch_outputs;
  /// Executors that run at once; none: as many as the server's default.
  std::vector<InstanceGroupConfig> instance_groups;
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
