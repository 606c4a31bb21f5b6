// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace slipway::serving {

/// Cuts the outputs of a batch into those of its requests, as views that share the engine's memory.
class OutputCutter {
 public:
  /// For each output the input of a request whose shape its share has; nothing where it has the
  /// request's rows.
  using Sources = std::vector<std::optional<std::size_t>>;

  /// For outputs whose first dimension is `rows`, the rows of the whole batch, except where
  /// `sources`, which may be shorter, says otherwise. kInternal if one has another, or rows that
  /// end within a byte: the model then does not keep its rows apart.
  static Result<OutputCutter> Create(std::vector<SharedTensor> outputs, std::int64_t rows,
                                     Sources sources = {});

  /// The outputs of the next request, which has `rows` rows and these inputs. kInternal if an
  /// output ends too early.
  Result<std::vector<SharedTensor>> Next(std::int64_t rows,
                                         std::span<const TensorView> inputs = {});
  /// Checks, once all requests have theirs, that outputs shaped as inputs are used up. kInternal if
  /// one is not.
  Status Finish() const;

 private:
  OutputCutter(std::vector<SharedTensor> outputs, Sources sources);

  std::vector<SharedTensor> outputs_;
  Sources sources_;                   ///< One for each output.
  std::vector<std::size_t> offsets_;  ///< Bytes of each output that have been handed out.
};

}  // namespace slipway::serving
