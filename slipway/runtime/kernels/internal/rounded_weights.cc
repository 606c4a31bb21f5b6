// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/nibble_packing.h"
#include "slipway/runtime/kernels/internal/rounded_levels.h"
#include "slipway/runtime/kernels/internal/rounded_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace slipway::kernels {
namespace {

// Of the weights, so many rows stay in the cache while each input is multiplied with them.
constexpr std::size_t kRoundedRowsAtOnce = 32;

// By how much the weights of each row are short of what they stand for, on average, in steps. What
// all weights of a code lack adds up with inputs of one sign; times the sum of the inputs it is
// given back. Empty if nothing is lacking.
std::vector<float> MeanShortfalls(const UnpackedWeight& unpacked, const WholeLevels& whole) {
  std::vector<float> lacking(unpacked.weight.entries);
  for (std::size_t i = 0; i < lacking.size(); ++i) {
    lacking[i] = unpacked.weight.codebook[i] / whole.step - static_cast<float>(whole.numbers[i]);
  }
  constexpr float kRounding = 1e-4F;
  if (std::ranges::all_of(lacking, [](float x) { return std::abs(x) < kRounding; })) return {};
  const std::size_t columns = unpacked.weight.columns;
  std::vector<float> means(unpacked.weight.rows);
  for (std::size_t row = 0; row < means.size(); ++row) {
    double sum = 0;
    for (const std::uint8_t code : unpacked.codes.subspan(row * columns, columns)) {
      sum += lacking[code];
    }
    means[row] = static_cast<float>(sum / static_cast<double>(columns));
  }
  return means;
}

// What both of the forms below do: they round inputs, and differ in how bytes are multiplied.
class RoundedWeights : public WeightForm {
 public:
  RoundedWeights(const UnpackedWeight& weight, const WholeLevels& whole)
      : columns_(RoundUp(weight.weight.columns, kColumnBlock)),
        factor_(whole.step),
        shortfalls_(MeanShortfalls(weight, whole)) {}

  std::size_t columns() const override { return columns_; }
  float factor() const override { return factor_; }

  PreparedInputs Prepare(const FloatRows& x) const override {
    PreparedInputs prepared = {
        .floats = std::make_unique_for_overwrite<float[]>(x.rows),
        .bytes = std::make_unique_for_overwrite<std::int8_t[]>(x.rows * columns_),
        .sums = std::make_unique_for_overwrite<std::int32_t[]>(x.rows)};
    for (std::size_t m = 0; m < x.rows; ++m) {
      const RoundedRow row =
          RoundRow(x.numbers + m * columns_, columns_, &prepared.bytes[m * columns_]);
      prepared.floats[m] = row.step;
      prepared.sums[m] = row.sum;
    }
    return prepared;
  }

  void Multiply(const FloatRows& x, const PreparedInputs& prepared, const RowRange& rows,
                const Products& products) const override {
    std::array<std::int32_t, kRoundedRowsAtOnce> sums = {};
    for (std::size_t row = rows.first; row < rows.last; row += kRoundedRowsAtOnce) {
      const RowRange some = {row, std::min(row + kRoundedRowsAtOnce, rows.last)};
      for (std::size_t m = 0; m < x.rows; ++m) {
        const std::int32_t shift =
            MultiplyBytes(some, &prepared.bytes[m * columns_], sums.data()) * prepared.sums[m];
        float* out = products.sums + m * products.stride;
        for (std::size_t r = some.first; r < some.last; ++r) {
          out[r] = static_cast<float>(sums[r - some.first] + shift) * prepared.floats[m];
        }
        if (shortfalls_.empty()) continue;
        const float sum = static_cast<float>(prepared.sums[m]) * prepared.floats[m];
        for (std::size_t r = some.first; r < some.last; ++r) out[r] += shortfalls_[r] * sum;
      }
    }
  }

 protected:
  // The products of `rows` with `x`; returns what has been taken from each of the weights before.
  virtual std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                                     std::int32_t* sums) const = 0;

 private:
  const std::size_t columns_;
  const float factor_;
  const std::vector<float> shortfalls_;
};

// Levels of the codes of four bits, moved so that the least is 0.
class RoundedNibbles final : public RoundedWeights {
 public:
  RoundedNibbles(const UnpackedWeight& weight, InstructionSet set)
      : RoundedNibbles(weight, RoundLevels(weight.weight.codebook, {.range = kMaxNibbleLevel}),
                       set) {}

 private:
  RoundedNibbles(const UnpackedWeight& weight, const WholeLevels& whole, InstructionSet set)
      : RoundedWeights(weight, whole),
        products_(DotProductsFor(set)),
        least_(std::ranges::min(whole.numbers)) {
    std::ranges::transform(whole.numbers, levels_.begin(),
                           [&](int number) { return static_cast<std::uint8_t>(number - least_); });
    std::array<std::uint8_t, kColumnBlock> slots_in_order = {};
    for (std::size_t i = 0; i < slots_in_order.size(); ++i) {
      slots_in_order[i] = static_cast<std::uint8_t>(i);
    }
    codes_ = PackNibbles(weight, slots_in_order.data());
  }

  std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                             std::int32_t* sums) const override {
    const NibbleRows some = {&codes_[rows.first * columns() / 2], rows.last - rows.first,
                             columns()};
    products_.multiply_rounded_nibbles(some, levels_.data(), x, sums);
    return least_;
  }

  const DotProducts& products_;
  std::array<std::uint8_t, kNibbleEntries> levels_ = {};
  const std::int32_t least_;
  std::vector<std::uint8_t> codes_;
};

// Weights of a byte each, whatever codes named them.
class RoundedBytes final : public RoundedWeights {
 public:
  RoundedBytes(const UnpackedWeight& weight, InstructionSet set)
      : RoundedBytes(weight, RoundLevels(weight.weight.codebook, {}), set) {}

 private:
  RoundedBytes(const UnpackedWeight& weight, const WholeLevels& whole, InstructionSet set)
      : RoundedWeights(weight, whole), products_(DotProductsFor(set)) {
    const std::size_t used = weight.weight.columns;
    numbers_.resize(weight.weight.rows * columns());
    for (std::size_t i = 0; i < weight.codes.size(); ++i) {
      numbers_[i / used * columns() + i % used] =
          static_cast<std::int8_t>(whole.numbers[weight.codes[i]]);
    }
  }

  std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                             std::int32_t* sums) const override {
    products_.multiply_bytes({&numbers_[rows.first * columns()], rows.last - rows.first, columns()},
                             x, sums);
    return 0;
  }

  const DotProducts& products_;
  std::vector<std::int8_t> numbers_;
};

}  // namespace

std::unique_ptr<WeightForm> MakeRounded(const UnpackedWeight& weight, InstructionSet set) {
  if (weight.weight.entries <= kNibbleEntries) {
    return std::make_unique<RoundedNibbles>(weight, set);
  }
  return std::make_unique<RoundedBytes>(weight, set);
}

}  // namespace slipway::kernels
