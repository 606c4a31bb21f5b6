// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/weight_coder.h"

#include "slipway/optimize/codebook/bit_packing.h"
#include "slipway/optimize/codebook/column_order.h"
#include "slipway/optimize/codebook/level_set.h"
#include "slipway/optimize/codebook/scalar_codebook.h"
#include "slipway/optimize/codebook/scale_search.h"
#include "slipway/optimize/codebook/vector_codebook.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slipway::codebook {
namespace {

constexpr std::size_t kMaxVectorLength = 64;
constexpr std::size_t kMaxStages = 4;
// A codebook with fewer vectors to an entry learns them by heart and weighs more than they.
constexpr std::size_t kVectorsPerEntry = 8;
// What a small layer gets if even vectors of two are too long: more is hardly better.
constexpr std::size_t kScalarBits = 4;
constexpr std::size_t kMaxColumns = std::size_t{1} << 16U;

bool IsOfVectors(CodingMethod method) {
  return method == CodingMethod::kProduct || method == CodingMethod::kResidual;
}

LevelSet LevelsOf(const CodingOptions& options) {
  if (options.method == CodingMethod::kPowerOfTwo) return LevelSet::PowersOfTwo(options.bits);
  if (options.method == CodingMethod::kUniform) return LevelSet::Uniform(options.bits);
  return LevelSet::AdditivePowersOfTwo(options.bits);
}

// How much the error of each weight counts, as far as the others of its row do not matter.
std::vector<float> Importance(const MatrixLayout& layout, const CodingTarget& target) {
  std::vector<float> importance(layout.rows * layout.columns, 1);
  if (target.moments.empty()) return importance;
  const std::size_t square = layout.columns * layout.columns;
  const std::size_t rows_of_group = layout.rows * square / target.moments.size();
  for (std::size_t i = 0; i < importance.size(); ++i) {
    const std::size_t group = i / layout.columns / rows_of_group;
    importance[i] = target.moments[group * square + i % layout.columns * (layout.columns + 1)];
  }
  return importance;
}

CodedWeight CodeByLevels(const MatrixLayout& layout, const CodingTarget& target,
                         const CodingOptions& options) {
  const LevelSet set = LevelsOf(options);
  const std::vector<float> importance = Importance(layout, target);
  CodedWeight coded{.layout = layout, .entries = set.levels().size()};
  coded.codebook.assign(set.levels().begin(), set.levels().end());
  for (std::size_t row = 0; row < layout.rows; ++row) {
    const std::size_t first = row * layout.columns;
    const auto numbers = target.matrix.subspan(first, layout.columns);
    const float scale = FindScale(
        {.numbers = numbers, .importance = std::span(importance).subspan(first, layout.columns)},
        set);
    coded.scales.push_back(scale);
    for (const float number : numbers) {
      coded.codes.push_back(set.Nearest(scale > 0 ? number / scale : 0));
    }
  }
  return coded;
}

CodedWeight CodeByNumbers(const MatrixLayout& layout, const CodingTarget& target,
                          const CodingOptions& options) {
  const std::vector<float> importance = Importance(layout, target);
  const auto codebook = ScalarCodebook::Fit({.numbers = target.matrix, .importance = importance},
                                            std::size_t{1} << options.bits);
  CodedWeight coded{.layout = layout, .entries = codebook.entries().size()};
  coded.codebook = codebook.entries();
  for (const float number : target.matrix) coded.codes.push_back(codebook.Nearest(number));
  return coded;
}

// Entries in float16 are as good, but beyond its range or down where it has few digits.
CodebookStorage StorageFor(std::span<const float> matrix) {
  constexpr float kLeast = 1e-3F;
  constexpr float kMost = 3e4F;
  const float largest = LargestScale(matrix);
  return largest >= kLeast && largest <= kMost ? CodebookStorage::kFloat16
                                               : CodebookStorage::kFloat32;
}

// The rows cut into vectors, in the column order of `coded`; what fills the last one up does not
// count.
struct CutRows {
  std::vector<float> numbers;
  std::vector<float> importance;
};

CutRows Cut(const CodedWeight& coded, const CodingTarget& target) {
  const std::vector<float> importance = Importance(coded.layout, target);
  const std::size_t columns = coded.layout.columns;
  const std::size_t width = coded.positions() * coded.vector_length;
  CutRows cut;
  cut.numbers.resize(coded.layout.rows * width);
  cut.importance.resize(cut.numbers.size());
  for (std::size_t row = 0; row < coded.layout.rows; ++row) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t from = coded.column_order.empty() ? c : coded.column_order[c];
      cut.numbers[row * width + c] = target.matrix[row * columns + from];
      cut.importance[row * width + c] = importance[row * columns + from];
    }
  }
  return cut;
}

CodedWeight CodeByVectors(const MatrixLayout& layout, const CodingTarget& target,
                          const CodingOptions& options) {
  CodedWeight coded{.layout = layout,
                    .vector_length = options.vector_length,
                    .stages = options.method == CodingMethod::kResidual ? options.stages : 1,
                    .entries = std::size_t{1} << options.bits};
  if (options.orders_columns && layout.columns <= kMaxColumns) {
    coded.column_order = FindColumnOrder(
        layout, target.matrix, {.vector_length = options.vector_length, .seed = options.seed});
  }
  CutRows rest = Cut(coded, target);
  for (std::size_t stage = 0; stage < coded.stages; ++stage) {
    const VectorCodebook found = FindVectorCodebook(
        {.numbers = rest.numbers, .length = coded.vector_length, .importance = rest.importance},
        {.entries = coded.entries, .seed = options.seed + stage});
    coded.codes.insert(coded.codes.end(), found.codes.begin(), found.codes.end());
    coded.codebook.insert(coded.codebook.end(), found.entries.begin(), found.entries.end());
    for (std::size_t i = 0; i < rest.numbers.size(); ++i) {
      const std::size_t entry = found.codes[i / coded.vector_length];
      rest.numbers[i] -= found.entries[entry * coded.vector_length + i % coded.vector_length];
    }
  }
  RoundCodebook(coded, StorageFor(target.matrix));
  return coded;
}

// `options` with vectors so short that there are enough of them for the codebook.
CodingOptions FitToSize(CodingOptions options, const MatrixLayout& layout) {
  if (!IsOfVectors(options.method)) return options;
  const auto vectors = [&] {
    return layout.rows * ((layout.columns + options.vector_length - 1) / options.vector_length);
  };
  const std::size_t enough = kVectorsPerEntry << options.bits;
  while (options.vector_length > 1 && vectors() < enough) options.vector_length /= 2;
  if (options.vector_length > 1) return options;
  options.method = CodingMethod::kCodebook;
  options.bits = std::min(options.bits, kScalarBits);
  return options;
}

CodedWeight CodeWithoutRefinement(const MatrixLayout& layout, const CodingTarget& target,
                                  const CodingOptions& options) {
  if (IsOfVectors(options.method)) return CodeByVectors(layout, target, options);
  if (options.method == CodingMethod::kCodebook) return CodeByNumbers(layout, target, options);
  return CodeByLevels(layout, target, options);
}

Status CheckBetween(std::string_view name, std::size_t value,
                    std::pair<std::size_t, std::size_t> bounds) {
  if (value >= bounds.first && value <= bounds.second) return {};
  return InvalidArgument("{} is {}: want {} to {}", name, value, bounds.first, bounds.second);
}

}  // namespace

Status CheckCodingOptions(const CodingOptions& options) {
  const bool has_codebook =
      IsOfVectors(options.method) || options.method == CodingMethod::kCodebook;
  const std::size_t least_bits = has_codebook ? 1 : LevelSet::kMinBits;
  SLIPWAY_TRY(CheckBetween("bits", options.bits, {least_bits, kMaxCodeBits}));
  if (!IsOfVectors(options.method)) return {};
  SLIPWAY_TRY(CheckBetween("vector_length", options.vector_length, {2, kMaxVectorLength}));
  if (options.method != CodingMethod::kResidual) return {};
  return CheckBetween("stages", options.stages, {2, kMaxStages});
}

CodedWeight CodeMatrix(const MatrixLayout& layout, const CodingTarget& target,
                       const CodingOptions& options) {
  const CodingOptions fitting = FitToSize(options, layout);
  CodedWeight coded = CodeWithoutRefinement(layout, target, fitting);
  if (!target.moments.empty() && options.refine_rounds > 0) {
    const bool has_entries_of_its_own = coded.scales.empty();
    RefineCodes(coded, target,
                {.rounds = options.refine_rounds,
                 .moves_entries = has_entries_of_its_own,
                 .fits_scales = !has_entries_of_its_own});
  }
  return coded;
}

}  // namespace slipway::codebook
