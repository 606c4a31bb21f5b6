// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/refine_codes.h"

#include "slipway/base/check.h"
#include "slipway/optimize/codebook/internal/symmetric_product.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace slipway::codebook {
namespace {

constexpr double kLeastGain = 1e-3;
constexpr std::size_t kGradientSteps = 12;

double Dot(std::span<const float> a, std::span<const float> b) {
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                               [](double x, double y) { return x * y; });
}

// The target in the column order of a coded weight, filled up with zeros to whole vectors.
class OrderedTarget {
 public:
  OrderedTarget(const CodedWeight& coded, const CodingTarget& target)
      : width_(coded.positions() * coded.vector_length),
        matrix_(coded.layout.rows * width_),
        moments_(width_ * width_) {
    const std::size_t columns = coded.layout.columns;
    SLIPWAY_CHECK(target.matrix.size() == coded.layout.rows * columns &&
                  target.moments.size() == columns * columns);
    const auto place = [&](std::size_t c) -> std::size_t {
      return coded.column_order.empty() ? c : coded.column_order[c];
    };
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = 0; r < coded.layout.rows; ++r) {
        matrix_[r * width_ + c] = target.matrix[r * columns + place(c)];
      }
      for (std::size_t other = 0; other < columns; ++other) {
        moments_[c * width_ + other] = target.moments[place(c) * columns + place(other)];
      }
    }
  }

  std::size_t width() const { return width_; }
  const std::vector<float>& matrix() const { return matrix_; }
  const float* MomentsOf(std::size_t column) const { return &moments_[column * width_]; }
  // `rows` times the moments.
  std::vector<float> TimesMoments(std::span<const float> rows) const {
    return TimesSymmetric(rows, moments_);
  }

 private:
  const std::size_t width_;
  std::vector<float> matrix_;
  std::vector<float> moments_;
};

float ScaleOf(const CodedWeight& coded, std::size_t row) {
  return coded.scales.empty() ? 1.0F : coded.scales[row];
}

// What the codes stand for, with scales, in the order of the target.
std::vector<float> Scaled(const CodedWeight& coded) {
  std::vector<float> rows = ExpandCodes(coded);
  const std::size_t width = rows.size() / coded.layout.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] *= ScaleOf(coded, i / width);
  return rows;
}

std::vector<float> ErrorOf(const CodedWeight& coded, const OrderedTarget& target) {
  std::vector<float> error = Scaled(coded);
  for (std::size_t i = 0; i < error.size(); ++i) error[i] = target.matrix()[i] - error[i];
  return error;
}

double OutputError(const CodedWeight& coded, const OrderedTarget& target) {
  const std::vector<float> error = ErrorOf(coded, target);
  return Dot(error, target.TimesMoments(error));
}

// Gives vectors better codes, one after the other.
class CodeImprover {
 public:
  CodeImprover(CodedWeight& coded, const OrderedTarget& target)
      : coded_(coded),
        target_(target),
        length_(coded.vector_length),
        gradient_(target.TimesMoments(ErrorOf(coded, target))),
        columns_(length_ * coded.entries),
        energies_(coded.entries),
        scores_(coded.entries),
        pull_(length_),
        step_(length_) {}

  void Run() {
    for (std::size_t stage = 0; stage < coded_.stages; ++stage) {
      TransposeEntries(stage);
      for (std::size_t position = 0; position < coded_.positions(); ++position) {
        MeasureEntries(stage, position);
        for (std::size_t row = 0; row < coded_.layout.rows; ++row) {
          Improve(stage, position, row);
        }
      }
    }
  }

 private:
  // Entries with the same number of each side by side, for inner loops over entries.
  void TransposeEntries(std::size_t stage) {
    for (std::size_t e = 0; e < coded_.entries; ++e) {
      const std::span<const float> entry = coded_.EntryOf(stage, e);
      for (std::size_t i = 0; i < length_; ++i) columns_[i * coded_.entries + e] = entry[i];
    }
  }

  // entry · moments · entry for the columns of `position`.
  void MeasureEntries(std::size_t stage, std::size_t position) {
    for (std::size_t e = 0; e < coded_.entries; ++e) {
      const std::span<const float> entry = coded_.EntryOf(stage, e);
      float energy = 0;
      for (std::size_t i = 0; i < length_; ++i) {
        const float* const moments = MomentsOf(position, i);
        float sum = 0;
        for (std::size_t k = 0; k < length_; ++k) sum += moments[k] * entry[k];
        energy += sum * entry[i];
      }
      energies_[e] = energy;
    }
  }

  // The moments of the column `i` of `position` with the others of that position.
  const float* MomentsOf(std::size_t position, std::size_t i) const {
    return target_.MomentsOf(position * length_ + i) + position * length_;
  }

  // With s for the scale, c for an entry and c0 for the present one, to change to c adds
  // s² cᵀMc - 2 c · (s² M c0 + s g) to the error, and what does not depend on c.
  void Improve(std::size_t stage, std::size_t position, std::size_t row) {
    const float scale = ScaleOf(coded_, row);
    std::uint8_t& code = coded_.CodesOf(stage, row)[position];
    const std::span<const float> present = coded_.EntryOf(stage, code);
    const float* const gradient = &gradient_[row * target_.width() + position * length_];
    for (std::size_t i = 0; i < length_; ++i) {
      const float* const moments = MomentsOf(position, i);
      float sum = 0;
      for (std::size_t k = 0; k < length_; ++k) sum += moments[k] * present[k];
      pull_[i] = 2 * scale * (scale * sum + gradient[i]);
    }
    Score(scale * scale);
    const auto best = std::ranges::min_element(scores_);
    if (!(*best < scores_[code])) return;
    const auto better = static_cast<std::uint8_t>(best - scores_.begin());
    const std::span<const float> entry = coded_.EntryOf(stage, better);
    for (std::size_t i = 0; i < length_; ++i) step_[i] = scale * (entry[i] - present[i]);
    code = better;
    UpdateGradient(position, row);
  }

  void Score(float squared_scale) {
    float* const scores = scores_.data();
    for (std::size_t e = 0; e < scores_.size(); ++e) scores[e] = squared_scale * energies_[e];
    for (std::size_t i = 0; i < length_; ++i) {
      const float pull = pull_[i];
      const float* const column = &columns_[i * scores_.size()];
      for (std::size_t e = 0; e < scores_.size(); ++e) scores[e] -= pull * column[e];
    }
  }

  void UpdateGradient(std::size_t position, std::size_t row) {
    float* __restrict const gradient = &gradient_[row * target_.width()];
    for (std::size_t i = 0; i < length_; ++i) {
      const float step = step_[i];
      const float* const moments = target_.MomentsOf(position * length_ + i);
      for (std::size_t c = 0; c < target_.width(); ++c) gradient[c] -= step * moments[c];
    }
  }

  CodedWeight& coded_;
  const OrderedTarget& target_;
  const std::size_t length_;
  std::vector<float> gradient_;  // Error times moments.
  std::vector<float> columns_;   // Entries of the stage at hand, [length, entries].
  std::vector<float> energies_;
  std::vector<float> scores_;
  std::vector<float> pull_;
  std::vector<float> step_;
};

// Moves the entries of all stages together to where the error is least, with the codes as they are.
class EntryMover {
 public:
  EntryMover(CodedWeight& coded, const OrderedTarget& target) : coded_(coded), target_(target) {}

  void Run() {
    const std::vector<float> condition = Diagonal();
    std::vector<float> residual = Gather(target_.TimesMoments(ErrorOf(coded_, target_)));
    std::vector<float> step = Divided(residual, condition);
    double size = Dot(residual, step);
    const double enough = size * kEnoughGain;
    for (std::size_t i = 0; i < kGradientSteps && size > enough; ++i) {
      const std::vector<float> change = Gather(target_.TimesMoments(Spread(step)));
      const double curvature = Dot(step, change);
      if (!(curvature > 0)) break;
      const auto far = static_cast<float>(size / curvature);
      for (std::size_t k = 0; k < step.size(); ++k) {
        coded_.codebook[k] += far * step[k];
        residual[k] -= far * change[k];
      }
      const std::vector<float> next = Divided(residual, condition);
      const double next_size = Dot(residual, next);
      const auto keep = static_cast<float>(next_size / size);
      for (std::size_t k = 0; k < step.size(); ++k) step[k] = next[k] + keep * step[k];
      size = next_size;
    }
  }

 private:
  static constexpr double kEnoughGain = 1e-8;

  static std::vector<float> Divided(std::span<const float> a, std::span<const float> b) {
    std::vector<float> quotient(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) quotient[i] = b[i] > 0 ? a[i] / b[i] : 0;
    return quotient;
  }

  // The matrix that a codebook of `entries` would give.
  std::vector<float> Spread(std::vector<float>& entries) {
    std::swap(entries, coded_.codebook);
    std::vector<float> matrix = Scaled(coded_);
    std::swap(entries, coded_.codebook);
    return matrix;
  }

  // Calls `visit` with each number of the matrix: its index, the index of the number of the
  // codebook that it has a part of, and the scale of its row.
  void ForEachUse(auto visit) const {
    const std::size_t length = coded_.vector_length;
    for (std::size_t stage = 0; stage < coded_.stages; ++stage) {
      for (std::size_t row = 0; row < coded_.layout.rows; ++row) {
        const float scale = ScaleOf(coded_, row);
        std::size_t index = row * target_.width();
        for (const std::uint8_t code : coded_.CodesOf(stage, row)) {
          const std::size_t entry = (stage * coded_.entries + code) * length;
          for (std::size_t i = 0; i < length; ++i) visit(index++, entry + i, scale);
        }
      }
    }
  }

  // The reverse of `Spread`: sums what lies where each number of the codebook is used.
  std::vector<float> Gather(std::span<const float> matrix) const {
    std::vector<float> sums(coded_.codebook.size());
    ForEachUse([&](std::size_t index, std::size_t entry, float scale) {
      sums[entry] += scale * matrix[index];
    });
    return sums;
  }

  // How fast the error grows with each number of the codebook, were it alone.
  std::vector<float> Diagonal() const {
    std::vector<float> sums(coded_.codebook.size());
    ForEachUse([&](std::size_t index, std::size_t entry, float scale) {
      const std::size_t column = index % target_.width();
      sums[entry] += scale * scale * target_.MomentsOf(column)[column];
    });
    return sums;
  }

  CodedWeight& coded_;
  const OrderedTarget& target_;
};

// The scale of each row with the least error for its codes.
void FitScales(CodedWeight& coded, const OrderedTarget& target) {
  const std::vector<float> rows = ExpandCodes(coded);
  const std::vector<float> product = target.TimesMoments(rows);
  const std::size_t width = target.width();
  for (std::size_t row = 0; row < coded.layout.rows; ++row) {
    const auto of_row = [&](std::span<const float> all) { return all.subspan(row * width, width); };
    const double square = Dot(of_row(rows), of_row(product));
    const double match = Dot(of_row(target.matrix()), of_row(product));
    if (square > 0 && match > 0) coded.scales[row] = static_cast<float>(match / square);
  }
}

// The rows of a group with their own moments.
struct Group {
  std::size_t first_row = 0;
  CodedWeight coded;
  CodingTarget target;
};

std::vector<Group> GroupsOf(const CodedWeight& coded, const CodingTarget& target) {
  const std::size_t columns = coded.layout.columns;
  const std::size_t count = target.moments.size() / (columns * columns);
  const std::size_t rows = coded.layout.rows / count;
  std::vector<Group> groups(count);
  for (std::size_t g = 0; g < count; ++g) {
    Group& group = groups[g];
    group.first_row = g * rows;
    group.target = {.matrix = target.matrix.subspan(g * rows * columns, rows * columns),
                    .moments = target.moments.subspan(g * columns * columns, columns * columns)};
    group.coded = coded;
    group.coded.layout.rows = rows;
    group.coded.codes.clear();
    for (std::size_t stage = 0; stage < coded.stages; ++stage) {
      for (std::size_t row = 0; row < rows; ++row) {
        const auto codes = coded.CodesOf(stage, group.first_row + row);
        group.coded.codes.insert(group.coded.codes.end(), codes.begin(), codes.end());
      }
    }
    if (coded.scales.empty()) continue;
    const auto scales = std::span(coded.scales).subspan(group.first_row, rows);
    group.coded.scales.assign(scales.begin(), scales.end());
  }
  return groups;
}

// Gives `coded` the codes and scales of one of its groups.
void PutBack(const Group& group, CodedWeight& coded) {
  for (std::size_t stage = 0; stage < coded.stages; ++stage) {
    for (std::size_t row = 0; row < group.coded.layout.rows; ++row) {
      std::ranges::copy(group.coded.CodesOf(stage, row),
                        coded.CodesOf(stage, group.first_row + row).begin());
    }
  }
  for (std::size_t row = 0; row < group.coded.scales.size(); ++row) {
    coded.scales[group.first_row + row] = group.coded.scales[row];
  }
}

double RefineOneGroup(CodedWeight& coded, const CodingTarget& target,
                      const RefineOptions& options) {
  const OrderedTarget ordered(coded, target);
  double least = OutputError(coded, ordered);
  // Rounding can make a step that should help do harm: it is taken back then.
  const auto attempt = [&](auto step) {
    CodedWeight tried = coded;
    step(tried);
    RoundCodebook(tried, coded.storage);
    const double error = OutputError(tried, ordered);
    if (!(error < least)) return;
    least = error;
    coded = std::move(tried);
  };
  const auto fit = [&] {
    if (options.moves_entries) {
      attempt([&](CodedWeight& tried) { EntryMover(tried, ordered).Run(); });
    }
    if (options.fits_scales && !coded.scales.empty()) {
      attempt([&](CodedWeight& tried) { FitScales(tried, ordered); });
    }
  };
  if (options.rounds > 0) fit();
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const double before = least;
    attempt([&](CodedWeight& tried) { CodeImprover(tried, ordered).Run(); });
    fit();
    if (least > before * (1 - kLeastGain)) break;
  }
  return least;
}

}  // namespace

double OutputError(const CodedWeight& coded, const CodingTarget& target) {
  double sum = 0;
  for (const Group& group : GroupsOf(coded, target)) {
    sum += OutputError(group.coded, OrderedTarget(group.coded, group.target));
  }
  return sum;
}

double RefineCodes(CodedWeight& coded, const CodingTarget& target, const RefineOptions& options) {
  std::vector<Group> groups = GroupsOf(coded, target);
  if (groups.size() == 1) return RefineOneGroup(coded, target, options);
  RefineOptions of_group = options;
  of_group.moves_entries = false;
  double sum = 0;
  for (Group& group : groups) {
    sum += RefineOneGroup(group.coded, group.target, of_group);
    PutBack(group, coded);
  }
  return sum;
}

}  // namespace slipway::codebook
