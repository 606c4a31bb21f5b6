// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/symmetric_product.h"

#include "slipway/base/check.h"

#include <cmath>
#include <cstddef>

namespace slipway::codebook {
namespace {

// Rows that are multiplied at once: each row of the matrix is read once for all of them.
constexpr std::size_t kBlock = 4;

void MultiplyBlock(const float* rows, std::span<const float> symmetric, float* products) {
  const auto width = static_cast<std::size_t>(std::lround(std::sqrt(symmetric.size())));
  float* __restrict const p0 = products;
  float* __restrict const p1 = products + width;
  float* __restrict const p2 = products + 2 * width;
  float* __restrict const p3 = products + 3 * width;
  for (std::size_t i = 0; i < width; ++i) {
    const float x0 = rows[i];
    const float x1 = rows[width + i];
    const float x2 = rows[2 * width + i];
    const float x3 = rows[3 * width + i];
    const float* __restrict const factors = &symmetric[i * width];
    for (std::size_t c = 0; c < width; ++c) {
      const float factor = factors[c];
      p0[c] += x0 * factor;
      p1[c] += x1 * factor;
      p2[c] += x2 * factor;
      p3[c] += x3 * factor;
    }
  }
}

}  // namespace

std::vector<float> TimesSymmetric(std::span<const float> rows, std::span<const float> symmetric) {
  const auto width = static_cast<std::size_t>(std::lround(std::sqrt(symmetric.size())));
  SLIPWAY_CHECK(width > 0 && width * width == symmetric.size() && rows.size() % width == 0);
  const std::size_t count = rows.size() / width;
  // Filled up with rows of zeros to whole blocks.
  const std::size_t filled = (count + kBlock - 1) / kBlock * kBlock * width;
  std::vector<float> padded(rows.begin(), rows.end());
  padded.resize(filled);
  std::vector<float> products(filled);
  for (std::size_t first = 0; first < filled; first += kBlock * width) {
    MultiplyBlock(&padded[first], symmetric, &products[first]);
  }
  products.resize(rows.size());
  return products;
}

}  // namespace slipway::codebook
