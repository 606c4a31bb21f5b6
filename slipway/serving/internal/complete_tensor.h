// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/runtime/session.h"
#include "slipway/serving/model_config.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slipway::serving {

/// An input or output as clients see it.
struct CompleteTensor {
  runtime::TensorSpec spec;
  /// The model's shape where clients see another one: its free sizes are theirs, in order.
  std::optional<std::vector<std::int64_t>> model_shape = {};
};

/// Which tensor is completed.
struct TensorToComplete {
  std::string_view field;                ///< "input" or "output", for messages.
  const runtime::TensorSpec& spec;       ///< The model's.
  const TensorConfig* config = nullptr;  ///< Null: the configuration does not name it.
  bool batches = false;  ///< Whether the model's first dimension is that of the batch.
  /// Whether the model has the elements of all requests in one dimension.
  bool is_flat = false;
};

/// Completes a tensor by what both model and configuration know. kInvalidArgument, with name and
/// values, where the two disagree.
Result<CompleteTensor> Complete(const TensorToComplete& tensor);

}  // namespace slipway::serving
