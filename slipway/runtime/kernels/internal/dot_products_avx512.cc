// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products_avx512.h"

#include "slipway/runtime/kernels/internal/dot_products_avx2.h"

#include <immintrin.h>

namespace slipway::kernels {

// Sixteen bytes become sixteen numbers whose lower halves pick levels, and then their upper halves.
constinit const std::uint8_t kSlotsAvx512[kColumnBlock] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 32, 33, 34, 35, 36, 37,
    38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    28, 29, 30, 31, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kHalfBlock = kColumnBlock / 2;

// Two vectors of sixteen columns each: half a block.
struct Columns {
  __m512 part[2];
};

Columns LookUp(__m512 levels, const std::uint8_t* codes) {
  const __m512i bytes = _mm512_cvtepu8_epi32(
      _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(codes))));
  // Only the lowest four bits of an index count.
  return {{_mm512_permutexvar_ps(bytes, levels),
           _mm512_permutexvar_ps(_mm512_srli_epi32(bytes, 4), levels)}};
}

template <std::size_t inputs_at_once, std::size_t weights_at_once>
void MultiplyTile(const float* weights, const float* x, std::size_t columns,
                  const Products& products) {
  __m512 sum[inputs_at_once][weights_at_once] = {};
  for (std::size_t c = 0; c < columns; c += kLanes) {
    __m512 inputs[inputs_at_once];
    for (std::size_t m = 0; m < inputs_at_once; ++m)
      inputs[m] = _mm512_loadu_ps(x + m * columns + c);
    for (std::size_t r = 0; r < weights_at_once; ++r) {
      const __m512 weight = _mm512_loadu_ps(weights + r * columns + c);
      for (std::size_t m = 0; m < inputs_at_once; ++m) {
        sum[m][r] = _mm512_fmadd_ps(weight, inputs[m], sum[m][r]);
      }
    }
  }
  for (std::size_t m = 0; m < inputs_at_once; ++m) {
    for (std::size_t r = 0; r < weights_at_once; ++r) {
      products.sums[m * products.stride + r] = _mm512_reduce_add_ps(sum[m][r]);
    }
  }
}

template <std::size_t inputs_at_once>
void MultiplyInputs(const FloatRows& weights, const float* x, const Products& products) {
  constexpr std::size_t kWeights = 4;
  const std::size_t columns = weights.columns;
  std::size_t row = 0;
  for (; row + kWeights <= weights.rows; row += kWeights) {
    MultiplyTile<inputs_at_once, kWeights>(weights.numbers + row * columns, x, columns,
                                           {products.sums + row, products.stride});
  }
  for (; row < weights.rows; ++row) {
    MultiplyTile<inputs_at_once, 1>(weights.numbers + row * columns, x, columns,
                                    {products.sums + row, products.stride});
  }
}

}  // namespace

void MultiplyNibblesAvx512(const NibbleRows& rows, const float* levels, const float* x,
                           float* sums) {
  const __m512 table = _mm512_loadu_ps(levels);
  const std::uint8_t* codes = rows.codes;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    __m512 sum[4] = {};
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock, codes += kHalfBlock) {
      const Columns first = LookUp(table, codes);
      const Columns second = LookUp(table, codes + kLanes);
      sum[0] = _mm512_fmadd_ps(first.part[0], _mm512_loadu_ps(x + c), sum[0]);
      sum[1] = _mm512_fmadd_ps(first.part[1], _mm512_loadu_ps(x + c + kLanes), sum[1]);
      sum[2] = _mm512_fmadd_ps(second.part[0], _mm512_loadu_ps(x + c + 2 * kLanes), sum[2]);
      sum[3] = _mm512_fmadd_ps(second.part[1], _mm512_loadu_ps(x + c + 3 * kLanes), sum[3]);
    }
    sums[row] = _mm512_reduce_add_ps(
        _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3])));
  }
}

void ExpandNibblesAvx512(const NibbleRows& rows, const float* levels, float* numbers) {
  const __m512 table = _mm512_loadu_ps(levels);
  const std::size_t bytes_count = rows.rows * rows.columns / 2;
  for (std::size_t i = 0; i < bytes_count; i += kLanes) {
    const Columns columns = LookUp(table, rows.codes + i);
    _mm512_storeu_ps(numbers + 2 * i, columns.part[0]);
    _mm512_storeu_ps(numbers + 2 * i + kLanes, columns.part[1]);
  }
}

void MultiplyFloatsAvx512(const FloatRows& weights, const FloatRows& x, const Products& products) {
  constexpr std::size_t kInputs = 4;
  const auto from = [&](std::size_t m) {
    return Products{products.sums + m * products.stride, products.stride};
  };
  std::size_t m = 0;
  for (; m + kInputs <= x.rows; m += kInputs) {
    MultiplyInputs<kInputs>(weights, x.numbers + m * x.columns, from(m));
  }
  for (; m < x.rows; ++m) MultiplyInputs<1>(weights, x.numbers + m * x.columns, from(m));
}

void MultiplyColumnsAvx512(const EntryColumns& columns, const float* x, float* sums) {
  for (std::size_t e = 0; e < columns.entries; e += kLanes) {
    __m512 sum = _mm512_setzero_ps();
    for (std::size_t j = 0; j < columns.length; ++j) {
      const float* const at = columns.numbers + j * columns.entries + e;
      sum = _mm512_fmadd_ps(_mm512_set1_ps(x[j]), _mm512_loadu_ps(at), sum);
    }
    _mm512_storeu_ps(sums + e, sum);
  }
}

constinit const DotProducts kAvx512Products = {
    .any_levels = {.slots = kSlotsAvx512,
                   .multiply = MultiplyNibblesAvx512,
                   .expand = ExpandNibblesAvx512},
    .short_levels = {.slots = kSlotsAvx512,
                     .multiply = MultiplyNibblesAvx512,
                     .expand = ExpandNibblesAvx512},
    .multiply_rounded_nibbles = MultiplyRoundedNibblesAvx2,
    .multiply_bytes = MultiplyBytesAvx2,
    .multiply_floats = MultiplyFloatsAvx512,
    .multiply_columns = MultiplyColumnsAvx512};

}  // namespace slipway::kernels
