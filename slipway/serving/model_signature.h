// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/model_config.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::serving {

/// An output as clients see it.
struct ServedOutput {
  runtime::TensorSpec spec;
  std::size_t session_index = 0;  ///< Which of the session's outputs it is.
};

/// What a version takes and gives: its configuration, completed and checked by its model file.
///
/// Where the version batches, the first dimension of every shape here is the free number of rows.
struct ModelSignature {
  std::int64_t max_batch_size = 0;          ///< Rows of one engine call; 0: no batching.
  std::vector<runtime::TensorSpec> inputs;  ///< In the session's order.
  std::vector<ServedOutput> outputs;        ///< In the order of the configuration.
};

/// Inputs and outputs of a session.
struct SessionSpecs {
  std::span<const runtime::TensorSpec> inputs;
  std::span<const runtime::TensorSpec> outputs;
};

/// Completes `config` as Triton does for ONNX models: tensors that it does not name come from the
/// model; where it gives no max_batch_size and the first dimension of every input and output is
/// free, the model batches up to `default_max_batch_size` rows (0: it does not). kInvalidArgument,
/// with name and values, where the two disagree.
Result<ModelSignature> CompleteSignature(const ModelConfig& config, const SessionSpecs& session,
                                         std::int64_t default_max_batch_size);

}  // namespace slipway::serving
