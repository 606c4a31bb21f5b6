// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/dot_products_avx2.h"

#include <immintrin.h>

namespace slipway::kernels {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kHalfBlock = kColumnBlock / 2;
constexpr int kLevels = 16;

// Four vectors of eight columns each: half a block.
struct Columns {
  __m256 part[4];
};

float Sum(__m256 x) {
  const __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
}

float Sum(const Columns& x) {
  return Sum(
      _mm256_add_ps(_mm256_add_ps(x.part[0], x.part[1]), _mm256_add_ps(x.part[2], x.part[3])));
}

std::int32_t Sum(__m256i x) {
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  const __m128i pair = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
  return _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32(pair, 1)));
}

__m256i Load(const void* bytes) { return _mm256_loadu_si256(static_cast<const __m256i*>(bytes)); }

// The codes in the lower halves of 32 bytes, and those in the upper ones.
__m256i LowerCodes(__m256i bytes) { return _mm256_and_si256(bytes, _mm256_set1_epi8(15)); }
__m256i UpperCodes(__m256i bytes) { return LowerCodes(_mm256_srli_epi16(bytes, 4)); }

// Byte `plane` of each level, in both halves of the register, as byte shuffles look it up.
__m256i PlaneOf(const float* levels, int plane) {
  alignas(16) char bytes[kLevels];
  const char* from = reinterpret_cast<const char*>(levels);
  for (int i = 0; i < kLevels; ++i) bytes[i] = from[4 * i + plane];
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes)));
}

// The four bytes of any float are looked up each by itself. Unpacking puts these columns, by their
// bytes, into the four vectors: 0-3 and 16-19, 4-7 and 20-23, 8-11 and 24-27, 12-15 and 28-31.
class AnyLevels {
 public:
  static constexpr std::uint8_t kSlots[kColumnBlock] = {
      0,  1,  2,  3,  16, 17, 18, 19, 4,  5,  6,  7,  20, 21, 22, 23, 8,  9,  10, 11, 24, 25,
      26, 27, 12, 13, 14, 15, 28, 29, 30, 31, 32, 33, 34, 35, 48, 49, 50, 51, 36, 37, 38, 39,
      52, 53, 54, 55, 40, 41, 42, 43, 56, 57, 58, 59, 44, 45, 46, 47, 60, 61, 62, 63};

  explicit AnyLevels(const float* levels) {
    for (int i = 0; i < 4; ++i) planes_[i] = PlaneOf(levels, i);
  }

  Columns LookUp(__m256i codes) const {
    const __m256i byte0 = _mm256_shuffle_epi8(planes_[0], codes);
    const __m256i byte1 = _mm256_shuffle_epi8(planes_[1], codes);
    const __m256i byte2 = _mm256_shuffle_epi8(planes_[2], codes);
    const __m256i byte3 = _mm256_shuffle_epi8(planes_[3], codes);
    const __m256i lower0 = _mm256_unpacklo_epi8(byte0, byte1);
    const __m256i lower1 = _mm256_unpackhi_epi8(byte0, byte1);
    const __m256i upper0 = _mm256_unpacklo_epi8(byte2, byte3);
    const __m256i upper1 = _mm256_unpackhi_epi8(byte2, byte3);
    return {{_mm256_castsi256_ps(_mm256_unpacklo_epi16(lower0, upper0)),
             _mm256_castsi256_ps(_mm256_unpackhi_epi16(lower0, upper0)),
             _mm256_castsi256_ps(_mm256_unpacklo_epi16(lower1, upper1)),
             _mm256_castsi256_ps(_mm256_unpackhi_epi16(lower1, upper1))}};
  }

 private:
  __m256i planes_[4];
};

// Only the upper two bytes are looked up. A shift and a mask make floats of every other column:
// the first vectors get the even ones of 0-7 and 16-23, then the odd ones; the others 8 further.
class ShortLevels {
 public:
  static constexpr std::uint8_t kSlots[kColumnBlock] = {
      0,  2,  4,  6,  16, 18, 20, 22, 1,  3,  5,  7,  17, 19, 21, 23, 8,  10, 12, 14, 24, 26,
      28, 30, 9,  11, 13, 15, 25, 27, 29, 31, 32, 34, 36, 38, 48, 50, 52, 54, 33, 35, 37, 39,
      49, 51, 53, 55, 40, 42, 44, 46, 56, 58, 60, 62, 41, 43, 45, 47, 57, 59, 61, 63};

  explicit ShortLevels(const float* levels)
      : byte2_(PlaneOf(levels, 2)), byte3_(PlaneOf(levels, 3)) {}

  Columns LookUp(__m256i codes) const {
    const __m256i byte2 = _mm256_shuffle_epi8(byte2_, codes);
    const __m256i byte3 = _mm256_shuffle_epi8(byte3_, codes);
    const __m256i pairs0 = _mm256_unpacklo_epi8(byte2, byte3);
    const __m256i pairs1 = _mm256_unpackhi_epi8(byte2, byte3);
    return {{Even(pairs0), Odd(pairs0), Even(pairs1), Odd(pairs1)}};
  }

 private:
  static __m256 Even(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }
  static __m256 Odd(__m256i pairs) {
    return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(-65536)));
  }

  __m256i byte2_;
  __m256i byte3_;
};

void MultiplyAdd(const Columns& weights, const float* x, Columns& sums) {
  for (std::size_t i = 0; i < 4; ++i) {
    sums.part[i] = _mm256_fmadd_ps(weights.part[i], _mm256_loadu_ps(x + i * kLanes), sums.part[i]);
  }
}

template <typename Levels>
void MultiplyNibbles(const NibbleRows& rows, const float* levels, const float* x, float* sums) {
  const Levels table(levels);
  const std::uint8_t* codes = rows.codes;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    Columns sum = {};
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock, codes += kHalfBlock) {
      const __m256i bytes = Load(codes);
      MultiplyAdd(table.LookUp(LowerCodes(bytes)), x + c, sum);
      MultiplyAdd(table.LookUp(UpperCodes(bytes)), x + c + kHalfBlock, sum);
    }
    sums[row] = Sum(sum);
  }
}

void Store(const Columns& weights, float* numbers) {
  for (std::size_t i = 0; i < 4; ++i) _mm256_storeu_ps(numbers + i * kLanes, weights.part[i]);
}

template <typename Levels>
void ExpandNibbles(const NibbleRows& rows, const float* levels, float* numbers) {
  const Levels table(levels);
  const std::size_t bytes_count = rows.rows * rows.columns / 2;
  for (std::size_t i = 0; i < bytes_count; i += kHalfBlock) {
    const __m256i bytes = Load(rows.codes + i);
    Store(table.LookUp(LowerCodes(bytes)), numbers + 2 * i);
    Store(table.LookUp(UpperCodes(bytes)), numbers + 2 * i + kHalfBlock);
  }
}

// The sums of four neighbours of unsigned times signed bytes; no two of them exceed 16 bits.
__m256i MultiplyQuads(__m256i unsigned_bytes, __m256i signed_bytes) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(unsigned_bytes, signed_bytes),
                           _mm256_set1_epi16(1));
}

// Sums of `kWeights` rows of weights with `kInputs` rows of x.
template <std::size_t inputs_at_once, std::size_t weights_at_once>
void MultiplyTile(const float* weights, const float* x, std::size_t columns,
                  const Products& products) {
  __m256 sum[inputs_at_once][weights_at_once] = {};
  for (std::size_t c = 0; c < columns; c += kLanes) {
    __m256 inputs[inputs_at_once];
    for (std::size_t m = 0; m < inputs_at_once; ++m)
      inputs[m] = _mm256_loadu_ps(x + m * columns + c);
    for (std::size_t r = 0; r < weights_at_once; ++r) {
      const __m256 weight = _mm256_loadu_ps(weights + r * columns + c);
      for (std::size_t m = 0; m < inputs_at_once; ++m) {
        sum[m][r] = _mm256_fmadd_ps(weight, inputs[m], sum[m][r]);
      }
    }
  }
  for (std::size_t m = 0; m < inputs_at_once; ++m) {
    for (std::size_t r = 0; r < weights_at_once; ++r) {
      products.sums[m * products.stride + r] = Sum(sum[m][r]);
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

void MultiplyFloats(const FloatRows& weights, const FloatRows& x, const Products& products) {
  constexpr std::size_t kInputs = 3;
  const auto from = [&](std::size_t m) {
    return Products{products.sums + m * products.stride, products.stride};
  };
  std::size_t m = 0;
  for (; m + kInputs <= x.rows; m += kInputs) {
    MultiplyInputs<kInputs>(weights, x.numbers + m * x.columns, from(m));
  }
  for (; m < x.rows; ++m) MultiplyInputs<1>(weights, x.numbers + m * x.columns, from(m));
}

void MultiplyColumns(const EntryColumns& columns, const float* x, float* sums) {
  for (std::size_t e = 0; e < columns.entries; e += 2 * kLanes) {
    __m256 sum0 = _mm256_setzero_ps();
    __m256 sum1 = _mm256_setzero_ps();
    for (std::size_t j = 0; j < columns.length; ++j) {
      const float* const at = columns.numbers + j * columns.entries + e;
      const __m256 input = _mm256_broadcast_ss(x + j);
      sum0 = _mm256_fmadd_ps(input, _mm256_loadu_ps(at), sum0);
      sum1 = _mm256_fmadd_ps(input, _mm256_loadu_ps(at + kLanes), sum1);
    }
    _mm256_storeu_ps(sums + e, sum0);
    _mm256_storeu_ps(sums + e + kLanes, sum1);
  }
}

}  // namespace

void MultiplyRoundedNibblesAvx2(const NibbleRows& rows, const std::uint8_t* levels,
                                const std::int8_t* x, std::int32_t* sums) {
  const __m256i table = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(levels))));
  const std::uint8_t* codes = rows.codes;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    __m256i sum0 = _mm256_setzero_si256();
    __m256i sum1 = _mm256_setzero_si256();
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock, codes += kHalfBlock) {
      const __m256i bytes = Load(codes);
      const __m256i lower = _mm256_shuffle_epi8(table, LowerCodes(bytes));
      const __m256i upper = _mm256_shuffle_epi8(table, UpperCodes(bytes));
      sum0 = _mm256_add_epi32(sum0, MultiplyQuads(lower, Load(x + c)));
      sum1 = _mm256_add_epi32(sum1, MultiplyQuads(upper, Load(x + c + kHalfBlock)));
    }
    sums[row] = Sum(_mm256_add_epi32(sum0, sum1));
  }
}

void MultiplyBytesAvx2(const ByteRows& rows, const std::int8_t* x, std::int32_t* sums) {
  const std::int8_t* numbers = rows.numbers;
  for (std::size_t row = 0; row < rows.rows; ++row, numbers += rows.columns) {
    __m256i sum0 = _mm256_setzero_si256();
    __m256i sum1 = _mm256_setzero_si256();
    for (std::size_t c = 0; c < rows.columns; c += kColumnBlock) {
      const __m256i lower = Load(numbers + c);
      const __m256i upper = Load(numbers + c + kHalfBlock);
      // One operand has no sign: the other takes it over.
      const __m256i x_lower = _mm256_sign_epi8(Load(x + c), lower);
      const __m256i x_upper = _mm256_sign_epi8(Load(x + c + kHalfBlock), upper);
      sum0 = _mm256_add_epi32(sum0, MultiplyQuads(_mm256_abs_epi8(lower), x_lower));
      sum1 = _mm256_add_epi32(sum1, MultiplyQuads(_mm256_abs_epi8(upper), x_upper));
    }
    sums[row] = Sum(_mm256_add_epi32(sum0, sum1));
  }
}

constinit const DotProducts kAvx2Products = {
    .any_levels = {.slots = AnyLevels::kSlots,
                   .multiply = MultiplyNibbles<AnyLevels>,
                   .expand = ExpandNibbles<AnyLevels>},
    .short_levels = {.slots = ShortLevels::kSlots,
                     .multiply = MultiplyNibbles<ShortLevels>,
                     .expand = ExpandNibbles<ShortLevels>},
    .multiply_rounded_nibbles = MultiplyRoundedNibblesAvx2,
    .multiply_bytes = MultiplyBytesAvx2,
    .multiply_floats = MultiplyFloats,
    .multiply_columns = MultiplyColumns};

}  // namespace slipway::kernels
