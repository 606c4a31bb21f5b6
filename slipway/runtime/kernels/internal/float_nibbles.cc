// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/nibble_packing.h"
#include "slipway/runtime/kernels/internal/rounded_levels.h"

#include <algorithm>
#include <array>
#include <bit>

namespace slipway::kernels {
namespace {

// Whole numbers up to this one are floats whose lower 16 bits are 0.
constexpr int kMostShortNumber = 256;
// The codes of so many rows stay in the cache while each input is multiplied with them.
constexpr std::size_t kNibbleRowsAtOnce = 32;

bool IsShort(float number) {
  constexpr std::uint32_t kLowerHalf = 0xFFFF;
  return (std::bit_cast<std::uint32_t>(number) & kLowerHalf) == 0;
}

class FloatNibbles final : public WeightForm {
 public:
  FloatNibbles(const UnpackedWeight& weight, InstructionSet set)
      : products_(DotProductsFor(set)), columns_(RoundUp(weight.weight.columns, kColumnBlock)) {
    // Powers of two and their sums are multiples of one step.
    if (const auto multiples = AsMultiples(weight.weight.codebook, kMostShortNumber)) {
      factor_ = multiples->step;
      std::ranges::transform(multiples->numbers, levels_.begin(),
                             [](int number) { return static_cast<float>(number); });
    } else {
      std::ranges::copy(weight.weight.codebook, levels_.begin());
    }
    const bool is_short = std::ranges::all_of(levels_, IsShort);
    nibbles_ = is_short ? &products_.short_levels : &products_.any_levels;
    codes_ = PackNibbles(weight, nibbles_->slots);
  }

  std::size_t columns() const override { return columns_; }
  float factor() const override { return factor_; }
  PreparedInputs Prepare(const FloatRows& /*x*/) const override { return {}; }

  void Multiply(const FloatRows& x, const PreparedInputs& /*prepared*/, const RowRange& rows,
                const Products& products) const override {
    if (x.rows < kManyInputs) {
      MultiplyFew(x, rows, products);
    } else {
      MultiplyMany(x, rows, products);
    }
  }

 private:
  void MultiplyFew(const FloatRows& x, const RowRange& rows, const Products& products) const {
    for (std::size_t row = rows.first; row < rows.last; row += kNibbleRowsAtOnce) {
      const NibbleRows some = Rows(row, std::min(kNibbleRowsAtOnce, rows.last - row));
      for (std::size_t m = 0; m < x.rows; ++m) {
        nibbles_->multiply(some, levels_.data(), x.numbers + m * columns_,
                           products.sums + m * products.stride + row);
      }
    }
  }

  void MultiplyMany(const FloatRows& x, const RowRange& rows, const Products& products) const {
    const std::size_t step = TileRows(columns_);
    const auto numbers = std::make_unique_for_overwrite<float[]>(step * columns_);
    for (std::size_t row = rows.first; row < rows.last; row += step) {
      const NibbleRows some = Rows(row, std::min(step, rows.last - row));
      nibbles_->expand(some, levels_.data(), numbers.get());
      products_.multiply_floats({numbers.get(), some.rows, columns_}, x,
                                {products.sums + row, products.stride});
    }
  }

  NibbleRows Rows(std::size_t first, std::size_t count) const {
    return {.codes = &codes_[first * columns_ / 2], .rows = count, .columns = columns_};
  }

  const DotProducts& products_;
  const std::size_t columns_;
  std::array<float, kNibbleEntries> levels_ = {};
  float factor_ = 1;
  const NibbleProducts* nibbles_ = nullptr;
  std::vector<std::uint8_t> codes_;
};

}  // namespace

std::unique_ptr<WeightForm> MakeFloatNibbles(const UnpackedWeight& weight, InstructionSet set) {
  return std::make_unique<FloatNibbles>(weight, set);
}

}  // namespace slipway::kernels
