// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/batch_layout.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::serving {

/// Where the inputs of several requests are joined to those of one engine call; used again call
/// after call, growing to the largest batch there was.
///
/// Not thread-safe: each instance has one.
class BatchBuffers {
 public:
  /// The inputs of one request, in the order of the signature.
  using Inputs = std::span<const TensorView>;

  /// `layout` outlives the buffers.
  explicit BatchBuffers(const BatchLayout& layout) : layout_(layout) {}

  /// Makes the inputs of an engine call of those of `requests`, at least one, which may share a
  /// call, and `padding` rows of zeros behind them. The views are good until the next call.
  std::span<const TensorView> Gather(std::span<const Inputs> requests, std::int64_t padding);

 private:
  const BatchLayout& layout_;
  std::vector<Tensor> buffers_;  ///< Bytes, one tensor for each input of a call.
  std::vector<TensorView> joined_;
};

}  // namespace slipway::serving
