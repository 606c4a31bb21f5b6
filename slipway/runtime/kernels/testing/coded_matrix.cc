// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace slipway::kernels {

CodebookWeight CodedMatrix::View() const {
  CodebookWeight view = sizes;
  view.codes = packed_codes;
  view.codebook = codebook;
  view.scales = scales;
  view.column_order = column_order;
  return view;
}

std::vector<double> CodedMatrix::Decode() const {
  const std::size_t length = sizes.vector_length;
  std::vector<double> matrix(sizes.rows * sizes.columns);
  for (std::size_t stage = 0; stage < sizes.stages; ++stage) {
    for (std::size_t row = 0; row < sizes.rows; ++row) {
      for (std::size_t c = 0; c < sizes.columns; ++c) {
        const std::size_t code =
            plain_codes[(stage * sizes.rows + row) * sizes.positions() + c / length];
        const std::size_t to = column_order.empty() ? c : column_order[c];
        const double scale = scales.empty() ? 1 : scales[row];
        matrix[row * sizes.columns + to] +=
            scale * codebook[(stage * sizes.entries + code) * length + c % length];
      }
    }
  }
  return matrix;
}

CodedMatrix RandomCodedMatrix(const CodebookWeight& sizes, const CodedMatrixParts& parts,
                              std::uint64_t seed) {
  std::mt19937 random(seed);
  CodedMatrix matrix = {.sizes = sizes};
  matrix.plain_codes.resize(sizes.stages * sizes.rows * sizes.positions());
  for (std::uint8_t& code : matrix.plain_codes) {
    code = static_cast<std::uint8_t>(random() % sizes.entries);
  }
  matrix.packed_codes = PackBits(matrix.plain_codes, sizes.bits);
  matrix.codebook = RandomNumbers(sizes.stages * sizes.entries * sizes.vector_length, random());
  if (parts.scales) matrix.scales = RandomNumbers(sizes.rows, random());
  if (parts.column_order) {
    matrix.column_order.resize(sizes.columns);
    std::iota(matrix.column_order.begin(), matrix.column_order.end(), std::uint16_t{0});
    std::ranges::shuffle(matrix.column_order, random);
  }
  return matrix;
}

std::vector<float> RandomNumbers(std::size_t count, std::uint64_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> any(-1, 1);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = any(random);
  return numbers;
}

std::vector<std::uint8_t> PackBits(const std::vector<std::uint8_t>& codes, std::size_t bits) {
  constexpr std::size_t kByteBits = 8;
  std::vector<std::uint8_t> packed((codes.size() * bits + kByteBits - 1) / kByteBits);
  for (std::size_t i = 0; i < codes.size() * bits; ++i) {
    const unsigned bit = (static_cast<unsigned>(codes[i / bits]) >> (i % bits)) & 1U;
    packed[i / kByteBits] =
        static_cast<std::uint8_t>(packed[i / kByteBits] | (bit << (i % kByteBits)));
  }
  return packed;
}

}  // namespace slipway::kernels
