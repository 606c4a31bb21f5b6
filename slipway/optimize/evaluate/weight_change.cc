// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/weight_change.h"

#include "slipway/optimize/evaluate/signal_to_noise.h"

#include <algorithm>

namespace slipway::evaluate {
namespace {

std::vector<std::uint32_t> CountByBin(std::span<const float> weights, double least,
                                      double greatest) {
  constexpr std::size_t kLast = WeightHistogram::kBins - 1;
  std::vector<std::uint32_t> counts(WeightHistogram::kBins);
  const double width = (greatest - least) / static_cast<double>(WeightHistogram::kBins);
  for (const float weight : weights) {
    const double place = width > 0 ? (static_cast<double>(weight) - least) / width : 0;
    ++counts[std::min(static_cast<std::size_t>(place), kLast)];
  }
  return counts;
}

}  // namespace

WeightChange ChangeOf(std::span<const float> before, std::span<const float> after) {
  SignalToNoise difference;
  difference.Add(before, after);
  WeightChange change = {.snr_db = difference.decibels()};
  if (before.empty()) return change;
  const auto [least_before, greatest_before] = std::ranges::minmax(before);
  const auto [least_after, greatest_after] = std::ranges::minmax(after);
  WeightHistogram& histogram = change.histogram;
  histogram.least = std::min(least_before, least_after);
  histogram.greatest = std::max(greatest_before, greatest_after);
  histogram.before = CountByBin(before, histogram.least, histogram.greatest);
  histogram.after = CountByBin(after, histogram.least, histogram.greatest);
  return change;
}

}  // namespace slipway::evaluate
