// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/weight_form.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace slipway::kernels {
namespace {

// Codes that are read at once, and sums that do not wait for one another.
constexpr std::size_t kCodesAtOnce = 8;
constexpr std::size_t kEntriesStep = 16;
// Floats of the tables that are in use at a time: half of the first level of caches.
constexpr std::size_t kTableFloats = 4096;

// The sum of what `count` codes name, each in a table of its own.
float SumOfNamed(const std::uint8_t* codes, std::size_t count, const float* tables,
                 std::size_t entries) {
  std::array<float, kCodesAtOnce> sums = {};
  for (std::size_t i = 0; i < count; i += kCodesAtOnce) {
    std::uint64_t word = 0;
    std::memcpy(&word, codes + i, sizeof(word));
    for (float& sum : sums) {
      sum += tables[word & 0xFF];
      word >>= 8;
      tables += entries;
    }
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Few inputs are multiplied with each entry of the codebook, at each position, and each row sums up
// those products that its codes name: asymmetric distance computation, Jegou et al. 2011, "Product
// quantization for nearest neighbor search", with products for distances. Codes of a stage and a
// position have a table of products; they lie in blocks whose tables fit in the cache.
class LookUp final : public WeightForm {
 public:
  LookUp(const UnpackedWeight& weight, InstructionSet set)
      : products_(DotProductsFor(set)),
        rows_(weight.weight.rows),
        vector_length_(weight.weight.vector_length),
        stages_(weight.weight.stages),
        stage_tables_(RoundUp(weight.weight.positions(), kCodesAtOnce)),
        columns_(RoundUp(stage_tables_ * vector_length_, kColumnBlock)),
        entries_(RoundUp(weight.weight.entries, kEntriesStep)),
        block_tables_(std::max(kTableFloats / entries_ / kCodesAtOnce, std::size_t{1}) *
                      kCodesAtOnce) {
    StoreCodebook(weight.weight);
    StoreCodes(weight);
  }

  std::size_t columns() const override { return columns_; }

  PreparedInputs Prepare(const FloatRows& x) const override {
    if (x.rows >= kManyInputs) return {};
    PreparedInputs prepared = {
        .floats = std::make_unique_for_overwrite<float[]>(x.rows * tables() * entries_)};
    float* out = prepared.floats.get();
    for (std::size_t m = 0; m < x.rows; ++m) {
      for (std::size_t stage = 0; stage < stages_; ++stage) {
        const float* entries = &entries_by_column_[stage * vector_length_ * entries_];
        const float* in = x.numbers + m * columns_;
        for (std::size_t i = 0; i < stage_tables_; ++i) {
          products_.multiply_columns({entries, entries_, vector_length_}, in, out);
          in += vector_length_;
          out += entries_;
        }
      }
    }
    return prepared;
  }

  void Multiply(const FloatRows& x, const PreparedInputs& prepared, const RowRange& rows,
                const Products& products) const override {
    if (x.rows >= kManyInputs) return MultiplyExpanded(x, rows, products);
    for (std::size_t m = 0; m < x.rows; ++m) {
      SumTables(&prepared.floats[m * tables() * entries_], rows,
                products.sums + m * products.stride);
    }
  }

 private:
  std::size_t tables() const { return stages_ * stage_tables_; }

  void StoreCodebook(const CodebookWeight& weight) {
    codebook_.assign(weight.codebook.begin(), weight.codebook.end());
    stage_floats_ = weight.entries * vector_length_;
    entries_by_column_.resize(stages_ * vector_length_ * entries_);
    for (std::size_t i = 0; i < codebook_.size(); ++i) {
      const std::size_t stage = i / stage_floats_;
      const std::size_t entry = i % stage_floats_ / vector_length_;
      const std::size_t column = i % vector_length_;
      entries_by_column_[(stage * vector_length_ + column) * entries_ + entry] = codebook_[i];
    }
  }

  void StoreCodes(const UnpackedWeight& weight) {
    codes_.resize(tables() * rows_);
    const std::size_t positions = weight.weight.positions();
    for (std::size_t stage = 0; stage < stages_; ++stage) {
      for (std::size_t row = 0; row < rows_; ++row) {
        const std::uint8_t* from = &weight.codes[(stage * rows_ + row) * positions];
        for (std::size_t i = 0; i < positions; ++i) {
          *CodeAt(codes_.data(), stage * stage_tables_ + i, row) = from[i];
        }
      }
    }
  }

  // Where the code of `row` for `table` lies in `codes`: by blocks of tables, then by rows.
  template <typename Byte>
  Byte* CodeAt(Byte* codes, std::size_t table, std::size_t row) const {
    const std::size_t first = table / block_tables_ * block_tables_;
    const std::size_t count = std::min(block_tables_, tables() - first);
    return codes + first * rows_ + row * count + (table - first);
  }

  void SumTables(const float* tables_begin, const RowRange& rows, float* sums) const {
    for (std::size_t first = 0; first < tables(); first += block_tables_) {
      const std::size_t count = std::min(block_tables_, tables() - first);
      const std::uint8_t* codes = CodeAt(codes_.data(), first, rows.first);
      for (std::size_t row = rows.first; row < rows.last; ++row, codes += count) {
        const float sum = SumOfNamed(codes, count, tables_begin + first * entries_, entries_);
        sums[row] = first == 0 ? sum : sums[row] + sum;
      }
    }
  }

  void MultiplyExpanded(const FloatRows& x, const RowRange& rows, const Products& products) const {
    const std::size_t step = TileRows(columns_);
    const auto numbers = std::make_unique<float[]>(step * columns_);
    for (std::size_t row = rows.first; row < rows.last; row += step) {
      const std::size_t count = std::min(step, rows.last - row);
      for (std::size_t i = 0; i < count; ++i) ExpandRow(row + i, &numbers[i * columns_]);
      products_.multiply_floats({numbers.get(), count, columns_}, x,
                                {products.sums + row, products.stride});
    }
  }

  void ExpandRow(std::size_t row, float* numbers) const {
    for (std::size_t stage = 0; stage < stages_; ++stage) {
      float* out = numbers;
      for (std::size_t i = 0; i < stage_tables_; ++i) {
        const std::uint8_t code = *CodeAt(codes_.data(), stage * stage_tables_ + i, row);
        const float* entry = &codebook_[stage * stage_floats_ + code * vector_length_];
        for (std::size_t j = 0; j < vector_length_; ++j, ++out) {
          *out = stage == 0 ? entry[j] : *out + entry[j];
        }
      }
    }
  }

  const DotProducts& products_;
  const std::size_t rows_;
  const std::size_t vector_length_;
  const std::size_t stages_;
  const std::size_t stage_tables_;  // Of one stage: a table for each position, and some more.
  const std::size_t columns_;
  const std::size_t entries_;  // Of one table.
  const std::size_t block_tables_;
  std::size_t stage_floats_ = 0;
  std::vector<float> codebook_;
  std::vector<float> entries_by_column_;  // [stages, vector_length, entries_].
  std::vector<std::uint8_t> codes_;
};

}  // namespace

std::unique_ptr<WeightForm> MakeLookUp(const UnpackedWeight& weight, InstructionSet set) {
  return std::make_unique<LookUp>(weight, set);
}

}  // namespace slipway::kernels
