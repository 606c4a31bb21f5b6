// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>

namespace slipway::dataset {

/// Samples of one shape and type that can be read in batches, in any order, again and again.
///
/// Thread-safe.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual std::size_t sample_count() const = 0;
  /// The shape of one sample, without a batch dimension.
  virtual const Shape& sample_shape() const = 0;
  virtual DataType dtype() const = 0;
  /// Reads samples `first` to `first + count - 1` into a tensor of shape [count, sample_shape...].
  /// kInvalidArgument if they are not all there.
  virtual Result<Tensor> Read(std::size_t first, std::size_t count) const = 0;
};

}  // namespace slipway::dataset
