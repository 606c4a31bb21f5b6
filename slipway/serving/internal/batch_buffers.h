// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <span>
#include <vector>

namespace slipway::serving {

/// Where the inputs of several requests are joined to those of one engine call; used again call
/// after call, growing to the largest batch there was.
///
/// Not thread-safe: each instance has one.
class BatchBuffers {
 public:
  /// Joins the inputs of `requests`, at least one, along their first dimension. They have the same
  /// number of inputs, of the same types, and the same shapes behind the first dimension. The views
  /// are good until the next call.
  std::span<const TensorView> Gather(std::span<const std::span<const TensorView>> requests);

 private:
  std::vector<Tensor> buffers_;  ///< Bytes, one tensor for each input.
  std::vector<TensorView> joined_;
};

}  // namespace slipway::serving
