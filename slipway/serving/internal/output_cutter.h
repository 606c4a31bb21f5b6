// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::serving {

/// Cuts the outputs of a batch into those of its requests, as views that share the engine's memory.
class OutputCutter {
 public:
  /// For outputs whose first dimension is `rows`, the rows of the whole batch. kInternal if one has
  /// another, or rows that end within a byte: the model then does not keep its rows apart.
  static Result<OutputCutter> Create(std::vector<SharedTensor> outputs, std::int64_t rows);

  /// The outputs of the next `rows` rows. kInternal if a string tensor ends too early.
  Result<std::vector<SharedTensor>> Next(std::int64_t rows);

 private:
  explicit OutputCutter(std::vector<SharedTensor> outputs);

  std::vector<SharedTensor> outputs_;
  std::vector<std::size_t> offsets_;  ///< Bytes of each output that have been handed out.
};

}  // namespace slipway::serving
