// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/scalar_codebook.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace slipway::codebook {
namespace {

constexpr int kMaxTurns = 30;

// A number and how much it counts.
struct Point {
  double number = 0;
  double importance = 0;
};

// The numbers in rising order, neighbours put together until there are at most `limit`.
std::vector<Point> Sorted(const WeightedNumbers& weighted, std::size_t limit) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < weighted.numbers.size(); ++i) {
    const double importance = weighted.importance.empty() ? 1 : weighted.importance[i];
    points.push_back({weighted.numbers[i], importance});
  }
  std::ranges::sort(points, {}, &Point::number);
  const std::size_t per_point = (points.size() + limit - 1) / limit;
  std::vector<Point> merged;
  for (std::size_t first = 0; first < points.size(); first += per_point) {
    Point sum;
    const std::size_t last = std::min(first + per_point, points.size());
    for (std::size_t i = first; i < last; ++i) {
      sum.number += points[i].number * points[i].importance;
      sum.importance += points[i].importance;
    }
    sum.number = sum.importance > 0 ? sum.number / sum.importance : points[first].number;
    merged.push_back(sum);
  }
  return merged;
}

// Sums over the first points, from which the error of any run of points follows.
class RunErrors {
 public:
  explicit RunErrors(const std::vector<Point>& points)
      : importance_(points.size() + 1), first_(points.size() + 1), second_(points.size() + 1) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto [number, importance] = points[i];
      importance_[i + 1] = importance_[i] + importance;
      first_[i + 1] = first_[i] + importance * number;
      second_[i + 1] = second_[i] + importance * number * number;
    }
  }

  double Mean(std::size_t begin, std::size_t end) const {
    return (first_[end] - first_[begin]) / Importance(begin, end);
  }
  double Importance(std::size_t begin, std::size_t end) const {
    return importance_[end] - importance_[begin];
  }
  // The sum of importance · (number - mean)² from `begin` to before `end`.
  double Of(std::size_t begin, std::size_t end) const {
    const double importance = Importance(begin, end);
    if (importance <= 0) return 0;
    const double first = first_[end] - first_[begin];
    return std::max(0.0, second_[end] - second_[begin] - first * first / importance);
  }

 private:
  std::vector<double> importance_;
  std::vector<double> first_;
  std::vector<double> second_;
};

// Cuts a list of points into runs with the least sum of errors.
class OptimalRuns {
 public:
  OptimalRuns(const RunErrors& errors, std::size_t points, std::size_t runs)
      : errors_(errors), points_(points), starts_(runs, std::vector<std::size_t>(points + 1)) {
    least_.resize(points + 1);
    for (std::size_t end = 0; end <= points; ++end) least_[end] = errors.Of(0, end);
    for (std::size_t run = 1; run < runs; ++run) {
      next_.assign(points + 1, 0);
      Fill(run, {1, points}, {0, points});
      std::swap(least_, next_);
    }
  }

  // Where each run begins, and where the last ends.
  std::vector<std::size_t> Cuts() const {
    std::vector<std::size_t> cuts = {points_};
    for (std::size_t run = starts_.size(); run-- > 0;) cuts.push_back(starts_[run][cuts.back()]);
    std::ranges::reverse(cuts);
    return cuts;
  }

 private:
  struct Span {
    std::size_t first = 0;
    std::size_t last = 0;  // Included.
  };

  // The best beginning of the last run grows with its end: halving the ends halves, on the whole,
  // the beginnings to be tried.
  void Fill(std::size_t run, Span ends, Span starts) {
    if (ends.first > ends.last) return;
    const std::size_t end = ends.first + (ends.last - ends.first) / 2;
    double best = std::numeric_limits<double>::infinity();
    std::size_t best_start = starts.first;
    for (std::size_t start = starts.first; start <= std::min(end, starts.last); ++start) {
      const double error = least_[start] + errors_.Of(start, end);
      if (error < best) {
        best = error;
        best_start = start;
      }
    }
    next_[end] = best;
    starts_[run][end] = best_start;
    if (end > ends.first) Fill(run, {ends.first, end - 1}, {starts.first, best_start});
    Fill(run, {end + 1, ends.last}, {best_start, starts.last});
  }

  const RunErrors& errors_;
  const std::size_t points_;
  std::vector<std::vector<std::size_t>> starts_;  // Of the last run, by runs and by end.
  std::vector<double> least_;                     // By end, with the runs so far.
  std::vector<double> next_;
};

// Entries at the means of what is nearest to each; those with nothing near stay.
ScalarCodebook Refit(const ScalarCodebook& codebook, const WeightedNumbers& weighted) {
  std::vector<float> entries = codebook.entries();
  std::vector<Point> sums(entries.size());
  for (std::size_t i = 0; i < weighted.numbers.size(); ++i) {
    const double importance = weighted.importance.empty() ? 1 : weighted.importance[i];
    Point& sum = sums[codebook.Nearest(weighted.numbers[i])];
    sum.number += importance * weighted.numbers[i];
    sum.importance += importance;
  }
  for (std::size_t e = 0; e < entries.size(); ++e) {
    if (sums[e].importance > 0) {
      entries[e] = static_cast<float>(sums[e].number / sums[e].importance);
    }
  }
  std::ranges::sort(entries);
  return ScalarCodebook(std::move(entries));
}

}  // namespace

ScalarCodebook::ScalarCodebook(std::vector<float> entries) : entries_(std::move(entries)) {
  SLIPWAY_CHECK(!entries_.empty() && std::ranges::is_sorted(entries_));
  for (std::size_t i = 0; i + 1 < entries_.size(); ++i) {
    midpoints_.push_back(std::midpoint(entries_[i], entries_[i + 1]));
  }
}

ScalarCodebook ScalarCodebook::Fit(const WeightedNumbers& weighted, std::size_t entries) {
  const std::vector<Point> points = Sorted(weighted, kExactNumbers);
  const RunErrors errors(points);
  const std::size_t runs = std::min(entries, points.size());
  const std::vector<std::size_t> cuts = OptimalRuns(errors, points.size(), runs).Cuts();
  std::vector<float> means;
  for (std::size_t run = 0; run + 1 < cuts.size(); ++run) {
    // A run may be empty, or nothing in it may count: the numbers there are then of no interest.
    const bool counts = errors.Importance(cuts[run], cuts[run + 1]) > 0;
    const std::size_t some = std::min(cuts[run], points.size() - 1);
    means.push_back(
        static_cast<float>(counts ? errors.Mean(cuts[run], cuts[run + 1]) : points[some].number));
  }
  means.resize(entries, means.back());
  std::ranges::sort(means);
  ScalarCodebook best(std::move(means));
  double least = best.Error(weighted);
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    ScalarCodebook refitted = Refit(best, weighted);
    const double error = refitted.Error(weighted);
    if (error >= least) break;
    least = error;
    best = std::move(refitted);
  }
  return best;
}

std::uint8_t ScalarCodebook::Nearest(float number) const {
  return static_cast<std::uint8_t>(std::ranges::lower_bound(midpoints_, number) -
                                   midpoints_.begin());
}

double ScalarCodebook::Error(const WeightedNumbers& weighted) const {
  double error = 0;
  for (std::size_t i = 0; i < weighted.numbers.size(); ++i) {
    const double off =
        static_cast<double>(weighted.numbers[i]) - entries_[Nearest(weighted.numbers[i])];
    error += (weighted.importance.empty() ? 1 : weighted.importance[i]) * off * off;
  }
  return error;
}

}  // namespace slipway::codebook
