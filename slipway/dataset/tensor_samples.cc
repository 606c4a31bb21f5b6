// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/tensor_samples.h"

#include <vector>

namespace slipway::dataset {

Result<std::unique_ptr<TensorSamples>> TensorSamples::Create(Tensor rows) {
  if (rows.shape().rank() == 0) return InvalidArgument("a scalar holds no samples");
  if (ElementBits(rows.dtype()) < 8) {
    return InvalidArgument("samples of type {} cannot be cut out of a tensor",
                           DataTypeName(rows.dtype()));
  }
  SLIPWAY_TRY_ASSIGN(const Shape sample_shape, Shape::Create(rows.shape().sizes().subspan(1)));
  return std::unique_ptr<TensorSamples>(new TensorSamples(std::move(rows), sample_shape));
}

Result<Tensor> TensorSamples::Read(std::size_t first, std::size_t count) const {
  SLIPWAY_TRY(CheckSampleRange(*this, first, count));
  SLIPWAY_TRY_ASSIGN(const Shape shape, BatchShape(count, sample_shape_));
  const std::size_t sample_bytes =
      static_cast<std::size_t>(sample_shape_.element_count()) * (ElementBits(dtype()) / 8);
  const ByteView bytes = rows_.bytes().subspan(first * sample_bytes, count * sample_bytes);
  return Tensor::CopyOf({dtype(), shape, bytes});
}

Result<Shape> BatchShape(std::size_t count, const Shape& sample) {
  std::vector<std::int64_t> sizes = {static_cast<std::int64_t>(count)};
  sizes.insert(sizes.end(), sample.sizes().begin(), sample.sizes().end());
  return Shape::Create(sizes);
}

Status CheckSampleRange(const SampleSource& source, std::size_t first, std::size_t count) {
  const std::size_t there = source.sample_count();
  if (first <= there && count <= there - first) return {};
  return InvalidArgument("samples {} to {} are not all there: the data have {}", first,
                         first + count, there);
}

}  // namespace slipway::dataset
