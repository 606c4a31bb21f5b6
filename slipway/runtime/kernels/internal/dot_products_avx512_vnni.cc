// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products_avx512.h"

#include <immintrin.h>

namespace slipway::kernels {
namespace {

constexpr std::size_t kHalfBlock = kColumnBlock / 2;

std::int32_t SumLanes(__m256i x) {
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  const __m128i pair = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
  return _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32(pair, 1)));
}

__m256i LoadBytes(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

void MultiplyRoundedNibblesVnni(const NibbleRows& rows, const std::uint8_t* levels,
                                const std::int8_t* x, std::int32_t* sums) {
  const __m256i table = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(levels))));
  const __m256i mask = _mm256_set1_epi8(15);
  const std::uint8_t* codes = rows.codes;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    __m256i sum0 = _mm256_setzero_si256();
    __m256i sum1 = _mm256_setzero_si256();
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock, codes += kHalfBlock) {
      const __m256i bytes = LoadBytes(codes);
      const __m256i upper_codes = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
      const __m256i lower = _mm256_shuffle_epi8(table, _mm256_and_si256(bytes, mask));
      const __m256i upper = _mm256_shuffle_epi8(table, upper_codes);
      sum0 = _mm256_dpbusd_epi32(sum0, lower, LoadBytes(x + c));
      sum1 = _mm256_dpbusd_epi32(sum1, upper, LoadBytes(x + c + kHalfBlock));
    }
    sums[row] = SumLanes(_mm256_add_epi32(sum0, sum1));
  }
}

void MultiplyBytesVnni(const ByteRows& rows, const std::int8_t* x, std::int32_t* sums) {
  const std::int8_t* numbers = rows.numbers;
  for (std::size_t row = 0; row < rows.rows; ++row, numbers += rows.columns) {
    __m256i sum0 = _mm256_setzero_si256();
    __m256i sum1 = _mm256_setzero_si256();
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock) {
      const __m256i lower = LoadBytes(numbers + c);
      const __m256i upper = LoadBytes(numbers + c + kHalfBlock);
      // One operand has no sign: the other takes it over.
      const __m256i x_lower = _mm256_sign_epi8(LoadBytes(x + c), lower);
      const __m256i x_upper = _mm256_sign_epi8(LoadBytes(x + c + kHalfBlock), upper);
      sum0 = _mm256_dpbusd_epi32(sum0, _mm256_abs_epi8(lower), x_lower);
      sum1 = _mm256_dpbusd_epi32(sum1, _mm256_abs_epi8(upper), x_upper);
    }
    sums[row] = SumLanes(_mm256_add_epi32(sum0, sum1));
  }
}

}  // namespace

constinit const DotProducts kAvx512VnniProducts = {
    .any_levels = {.slots = kSlotsAvx512,
                   .multiply = MultiplyNibblesAvx512,
                   .expand = ExpandNibblesAvx512},
    .short_levels = {.slots = kSlotsAvx512,
                     .multiply = MultiplyNibblesAvx512,
                     .expand = ExpandNibblesAvx512},
    .multiply_rounded_nibbles = MultiplyRoundedNibblesVnni,
    .multiply_bytes = MultiplyBytesVnni,
    .multiply_floats = MultiplyFloatsAvx512,
    .multiply_columns = MultiplyColumnsAvx512};

}  // namespace slipway::kernels
