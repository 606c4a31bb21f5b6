// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/codebook_tensor.h"

#include "slipway/optimize/codebook/float16.h"

#include <cstring>

namespace slipway::codebook {

Tensor CodebookTensor(const CodedWeight& coded) {
  std::vector<std::int64_t> sizes = {static_cast<std::int64_t>(coded.stages * coded.entries)};
  if (coded.vector_length > 1) sizes.push_back(static_cast<std::int64_t>(coded.vector_length));
  const Shape shape = *Shape::Create(sizes);
  if (coded.storage == CodebookStorage::kFloat32) return Tensor::Of<float>(shape, coded.codebook);
  Tensor halves = *Tensor::Zeros(DataType::kFloat16, shape);
  std::vector<std::uint16_t> bits(coded.codebook.size());
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = ToFloat16(coded.codebook[i]);
  std::memcpy(halves.mutable_bytes().data(), bits.data(), bits.size() * sizeof(bits[0]));
  return halves;
}

}  // namespace slipway::codebook
