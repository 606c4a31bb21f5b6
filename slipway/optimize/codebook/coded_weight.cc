// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coded_weight.h"

#include "slipway/base/check.h"
#include "slipway/optimize/codebook/bit_packing.h"
#include "slipway/optimize/codebook/float16.h"

namespace slipway::codebook {

MatrixLayout RowsFirst(const Shape& shape) {
  return {.shape = shape,
          .rows = static_cast<std::size_t>(shape[0]),
          .columns = static_cast<std::size_t>(shape.row_size()),
          .is_transposed = false};
}

MatrixLayout ColumnsFirst(const Shape& shape) {
  SLIPWAY_CHECK(shape.rank() == 2);
  return {.shape = shape,
          .rows = static_cast<std::size_t>(shape[1]),
          .columns = static_cast<std::size_t>(shape[0]),
          .is_transposed = true};
}

std::vector<float> ToMatrix(const MatrixLayout& layout, std::span<const float> tensor) {
  std::vector<float> matrix(tensor.begin(), tensor.end());
  if (!layout.is_transposed) return matrix;
  for (std::size_t c = 0; c < layout.columns; ++c) {
    for (std::size_t r = 0; r < layout.rows; ++r) {
      matrix[r * layout.columns + c] = tensor[c * layout.rows + r];
    }
  }
  return matrix;
}

std::vector<float> ToTensor(const MatrixLayout& layout, std::span<const float> matrix) {
  std::vector<float> tensor(matrix.begin(), matrix.end());
  if (!layout.is_transposed) return tensor;
  for (std::size_t c = 0; c < layout.columns; ++c) {
    for (std::size_t r = 0; r < layout.rows; ++r) {
      tensor[c * layout.rows + r] = matrix[r * layout.columns + c];
    }
  }
  return tensor;
}

std::size_t CodedWeight::bits() const { return BitsFor(entries); }

std::span<const std::uint8_t> CodedWeight::CodesOf(std::size_t stage, std::size_t row) const {
  return std::span(codes).subspan((stage * layout.rows + row) * positions(), positions());
}

std::span<std::uint8_t> CodedWeight::CodesOf(std::size_t stage, std::size_t row) {
  return std::span(codes).subspan((stage * layout.rows + row) * positions(), positions());
}

std::span<const float> CodedWeight::EntryOf(std::size_t stage, std::size_t entry) const {
  return std::span(codebook).subspan((stage * entries + entry) * vector_length, vector_length);
}

void RoundCodebook(CodedWeight& coded, CodebookStorage storage) {
  coded.storage = storage;
  if (storage == CodebookStorage::kFloat32) return;
  for (float& value : coded.codebook) value = FromFloat16(ToFloat16(value));
}

std::vector<float> ExpandCodes(const CodedWeight& coded) {
  const std::size_t width = coded.positions() * coded.vector_length;
  std::vector<float> expanded(coded.layout.rows * width);
  for (std::size_t stage = 0; stage < coded.stages; ++stage) {
    for (std::size_t row = 0; row < coded.layout.rows; ++row) {
      float* out = &expanded[row * width];
      for (const std::uint8_t code : coded.CodesOf(stage, row)) {
        for (const float value : coded.EntryOf(stage, code)) {
          *out = stage == 0 ? value : *out + value;
          ++out;
        }
      }
    }
  }
  return expanded;
}

std::vector<float> DecodeMatrix(const CodedWeight& coded) {
  const std::vector<float> expanded = ExpandCodes(coded);
  const std::size_t width = coded.positions() * coded.vector_length;
  const std::size_t columns = coded.layout.columns;
  std::vector<float> matrix(coded.layout.rows * columns);
  for (std::size_t row = 0; row < coded.layout.rows; ++row) {
    const float scale = coded.scales.empty() ? 1.0F : coded.scales[row];
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t to = coded.column_order.empty() ? c : coded.column_order[c];
      matrix[row * columns + to] = expanded[row * width + c] * scale;
    }
  }
  return matrix;
}

Tensor Decode(const CodedWeight& coded) {
  return Tensor::Of<float>(coded.layout.shape, ToTensor(coded.layout, DecodeMatrix(coded)));
}

std::size_t StoredBytes(const CodedWeight& coded) {
  const std::size_t entry_bytes = coded.storage == CodebookStorage::kFloat16 ? 2 : sizeof(float);
  return PackedSize(coded.codes.size(), coded.bits()) + coded.codebook.size() * entry_bytes +
         coded.scales.size() * sizeof(float) + coded.column_order.size() * sizeof(std::uint16_t);
}

}  // namespace slipway::codebook
