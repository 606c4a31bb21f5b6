// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"

#include <memory>

namespace slipway::dataset {

/// The rows of a tensor in memory, as samples. Thread-safe.
class TensorSamples final : public SampleSource {
 public:
  /// Takes `rows`, whose first dimension counts samples. kInvalidArgument if it has no dimension or
  /// holds strings.
  static Result<std::unique_ptr<TensorSamples>> Create(Tensor rows);

  std::size_t sample_count() const override { return static_cast<std::size_t>(rows_.shape()[0]); }
  const Shape& sample_shape() const override { return sample_shape_; }
  DataType dtype() const override { return rows_.dtype(); }
  Result<Tensor> Read(std::size_t first, std::size_t count) const override;

 private:
  TensorSamples(Tensor rows, const Shape& sample_shape)
      : rows_(std::move(rows)), sample_shape_(sample_shape) {}

  Tensor rows_;
  Shape sample_shape_;
};

/// The shape of `count` samples of shape `sample` in one tensor.
Result<Shape> BatchShape(std::size_t count, const Shape& sample);

/// Checks that `source` has samples `first` to `first + count - 1`.
Status CheckSampleRange(const SampleSource& source, std::size_t first, std::size_t count);

}  // namespace slipway::dataset
