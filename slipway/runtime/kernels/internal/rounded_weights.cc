// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/nibble_packing.h"
#include "slipway/runtime/kernels/internal/rounded_levels.h"
#include "slipway/runtime/kernels/internal/rounded_rows.h"

#include <algorithm>
#include <array>
#include <vector>

namespace slipway::kernels {
namespace {

// Of the weights, so many rows stay in the cache while each input is multiplied with them.
constexpr std::size_t kRoundedRowsAtOnce = 32;

// What both of the forms below do: they round inputs, and differ in how bytes are multiplied.
class RoundedWeights : public WeightForm {
 public:
  explicit RoundedWeights(const UnpackedWeight& weight)
      : columns_(RoundUp(weight.weight.columns, kColumnBlock)) {}

  std::size_t columns() const override { return columns_; }

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
      }
    }
  }

 protected:
  // The products of `rows` with `x`; returns what has been taken from each of the weights before.
  virtual std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                                     std::int32_t* sums) const = 0;

  const std::size_t columns_;
};

// Levels of the codes of four bits, moved so that the least is 0.
class RoundedNibbles final : public RoundedWeights {
 public:
  RoundedNibbles(const UnpackedWeight& weight, InstructionSet set)
      : RoundedWeights(weight), products_(DotProductsFor(set)) {
    const WholeLevels whole = RoundLevels(weight.weight.codebook, {.range = kMaxNibbleLevel});
    factor_ = whole.step;
    least_ = std::ranges::min(whole.numbers);
    std::ranges::transform(whole.numbers, levels_.begin(),
                           [&](int number) { return static_cast<std::uint8_t>(number - least_); });
    std::array<std::uint8_t, kColumnBlock> slots_in_order = {};
    for (std::size_t i = 0; i < slots_in_order.size(); ++i) {
      slots_in_order[i] = static_cast<std::uint8_t>(i);
    }
    codes_ = PackNibbles(weight, slots_in_order.data());
  }

  float factor() const override { return factor_; }

 private:
  std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                             std::int32_t* sums) const override {
    const NibbleRows some = {&codes_[rows.first * columns_ / 2], rows.last - rows.first, columns_};
    products_.multiply_rounded_nibbles(some, levels_.data(), x, sums);
    return least_;
  }

  const DotProducts& products_;
  std::array<std::uint8_t, kNibbleEntries> levels_ = {};
  float factor_ = 1;
  std::int32_t least_ = 0;
  std::vector<std::uint8_t> codes_;
};

// Weights of a byte each, whatever codes named them.
class RoundedBytes final : public RoundedWeights {
 public:
  RoundedBytes(const UnpackedWeight& weight, InstructionSet set)
      : RoundedWeights(weight), products_(DotProductsFor(set)) {
    const WholeLevels whole = RoundLevels(weight.weight.codebook, {});
    factor_ = whole.step;
    const std::size_t columns = weight.weight.columns;
    numbers_.resize(weight.weight.rows * columns_);
    for (std::size_t i = 0; i < weight.codes.size(); ++i) {
      numbers_[i / columns * columns_ + i % columns] =
          static_cast<std::int8_t>(whole.numbers[weight.codes[i]]);
    }
  }

  float factor() const override { return factor_; }

 private:
  std::int32_t MultiplyBytes(const RowRange& rows, const std::int8_t* x,
                             std::int32_t* sums) const override {
    products_.multiply_bytes({&numbers_[rows.first * columns_], rows.last - rows.first, columns_},
                             x, sums);
    return 0;
  }

  const DotProducts& products_;
  float factor_ = 1;
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
