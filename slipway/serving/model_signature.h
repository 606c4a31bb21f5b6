// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/batch_layout.h"
#include "slipway/serving/model_config.h"
#include "slipway/tensor/shape.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace slipway::serving {

/// An output as clients see it.
struct ServedOutput {
  runtime::TensorSpec spec;
  std::size_t session_index = 0;  ///< Which of the session's outputs it is.
  /// The model's shape where clients see another one: its free sizes are theirs, in order.
  std::optional<std::vector<std::int64_t>> model_shape = {};
};

/// An input that the model takes in another shape than clients send.
struct InputReshape {
  std::size_t input = 0;                       ///< Which of the signature's inputs.
  std::vector<std::int64_t> model_shape = {};  ///< Its free sizes are those of the input, in order.
};

/// What a version takes and gives: its configuration, completed and checked by its model file.
///
/// Where the version batches, the first dimension of every shape here is the free number of rows.
struct ModelSignature {
  std::int64_t max_batch_size = 0;  ///< Rows of one engine call; 0: no batching.
  /// What requests bring: in the session's order, but optional ones last.
  std::vector<runtime::TensorSpec> inputs;
  std::size_t optional_inputs = 0;  ///< How many of `inputs`, the last, may be left out.
  std::vector<InputReshape> input_reshapes = {};
  std::vector<ServedOutput> outputs;  ///< In the order of the configuration.
  BatchLayout layout = {};            ///< How engine calls are made of requests.
};

/// Inputs and outputs of a session.
struct SessionSpecs {
  std::span<const runtime::TensorSpec> inputs;
  std::span<const runtime::TensorSpec> outputs;
  std::span<const runtime::TensorSpec> optional_inputs = {};
};

/// What a client sees of an output that the engine returned in `shape`.
Shape ShapeForClient(const ServedOutput& output, const Shape& shape);

/// Completes `config` as Triton does for ONNX models: tensors that it does not name come from the
/// model; where it gives no max_batch_size and the first dimension of every input and output is
/// free, the model batches up to `default_max_batch_size` rows (0: it does not). kInvalidArgument,
/// with name and values, where the two disagree.
Result<ModelSignature> CompleteSignature(const ModelConfig& config, const SessionSpecs& session,
                                         std::int64_t default_max_batch_size);

}  // namespace slipway::serving
