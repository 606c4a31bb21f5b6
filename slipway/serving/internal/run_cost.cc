// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/run_cost.h"

#include <algorithm>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""us;

/// What a call still counts after the next.
constexpr double kKept = 1 - 1.0 / 64;
/// The variance of rows, as a share of the square of their mean, that tells the line's slope.
constexpr double kLeastSpread = 0.01;
/// The share of a call that its fixed part may be.
constexpr double kFixedShare = 1.0 / 32;
/// Shorter calls keep nobody waiting long enough to mind, and find the caches full of what came
/// between them.
constexpr std::chrono::nanoseconds kLeastTime = 800us;
/// Half the rows of the first full call.
constexpr std::int64_t kFirstRows = 8;
constexpr std::int64_t kMostRows = std::int64_t{1} << 40U;

}  // namespace

RunCost::RunCost() : known_(kFirstRows) {}

void RunCost::Observe(std::int64_t rows, std::chrono::nanoseconds time) {
  const auto count = static_cast<double>(rows);
  const auto cost = static_cast<double>(time.count());
  const auto add = [](double& sum, double term) { sum = kKept * sum + term; };
  add(weight_, 1);
  add(rows_, count);
  add(time_, cost);
  add(rows_squared_, count * count);
  add(rows_by_time_, count * cost);
  known_ = ByLine().value_or(known_);
}

std::optional<std::int64_t> RunCost::ByLine() const {
  const double spread = weight_ * rows_squared_ - rows_ * rows_;
  if (spread <= kLeastSpread * rows_ * rows_) return std::nullopt;
  const double each = (weight_ * rows_by_time_ - rows_ * time_) / spread;
  if (each <= 0) return kMostRows;
  const double fixed = std::max((time_ - each * rows_) / weight_, 0.0);
  const double rows = std::max(fixed / kFixedShare, static_cast<double>(kLeastTime.count())) / each;
  return static_cast<std::int64_t>(std::clamp(rows, 1.0, static_cast<double>(kMostRows)));
}

std::int64_t RunCost::WorthwhileRows() const { return ByLine().value_or(2 * known_); }

}  // namespace slipway::serving
