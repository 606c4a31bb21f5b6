// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/histogram_range.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::size_t kSide = ValueHistogram::kSideBins;
constexpr std::size_t kCodes = 256;

// One side of zero, seen from zero outwards.
struct Side {
  std::vector<double> counts;  // Of each bin, exact zeros left out.
  double largest = 0;          // The largest magnitude.
};

Side PositiveSide(const ValueHistogram& histogram) {
  Side side = {.counts = {}, .largest = std::max(0.0F, histogram.range().max)};
  for (std::size_t k = 0; k < kSide; ++k) {
    side.counts.push_back(static_cast<double>(histogram.counts()[kSide + k]));
  }
  side.counts[0] -= static_cast<double>(histogram.zero_count());
  return side;
}

Side NegativeSide(const ValueHistogram& histogram) {
  Side side = {.counts = {}, .largest = std::max(0.0F, -histogram.range().min)};
  for (std::size_t k = 0; k < kSide; ++k) {
    side.counts.push_back(static_cast<double>(histogram.counts()[kSide - 1 - k]));
  }
  return side;
}

// The magnitude beyond which `excess` values of the side lie, a bin's values lying evenly in it.
double Without(const Side& side, double excess, double bin_width) {
  for (std::size_t k = kSide; k-- > 0;) {
    if (side.counts[k] > excess) {
      const double left = 1 - excess / side.counts[k];
      return std::min(side.largest, (static_cast<double>(k) + left) * bin_width);
    }
    excess -= side.counts[k];
  }
  return 0;
}

// `histogram`'s range without what is beyond -negative and positive.
ValueRange CutTo(const ValueHistogram& histogram, double negative, double positive) {
  const ValueRange whole = histogram.range();
  return {std::max(whole.min, static_cast<float>(-negative)),
          std::min(whole.max, static_cast<float>(positive))};
}

// Sums over neighbouring bins of a histogram in constant time.
class BinSums {
 public:
  explicit BinSums(const ValueHistogram& histogram) {
    sums_.push_back({});
    for (std::size_t bin = 0; bin < ValueHistogram::kBins; ++bin) {
      auto count = static_cast<double>(histogram.counts()[bin]);
      if (bin == kSide) count -= static_cast<double>(histogram.zero_count());
      counts_.push_back(count);
      Sums next = sums_.back();
      next.count += count;
      next.filled += count > 0 ? 1 : 0;
      next.log += count > 0 ? count * std::log(count) : 0;
      sums_.push_back(next);
    }
  }

  struct Sums {
    double count = 0;
    double filled = 0;  // Bins that are not empty.
    double log = 0;     // count * log(count)
  };
  Sums Between(std::size_t first, std::size_t end) const {
    const Sums& a = sums_[first];
    const Sums& b = sums_[end];
    return {b.count - a.count, b.filled - a.filled, b.log - a.log};
  }
  double count(std::size_t bin) const { return counts_[bin]; }
  double total() const { return sums_.back().count; }

 private:
  std::vector<Sums> sums_;
  std::vector<double> counts_;
};

double CountTimesLog(double count) { return count > 0 ? count * std::log(count) : 0; }

// The divergence of what codes for the bins [first, end) keep from all values. With P the counts
// within, those beyond added to the outermost bins, and Q for each bin that is not empty the mean
// over its code's such bins:
// sum P/p log((P/p) / (Q/q)) = (sum P log P - sum P log Q) / p - log p + log q.
double Divergence(const BinSums& sums, std::size_t first, std::size_t end) {
  // An outermost bin without values of its own stands for less than one that was seen.
  constexpr double kUnseen = 0.5;
  const BinSums::Sums within = sums.Between(first, end);
  const double below = sums.Between(0, first).count;
  const double above = sums.total() - below - within.count;
  if (within.count == 0) return std::numeric_limits<double>::infinity();
  const std::size_t last = end - 1;
  const double p_log_p =
      within.log - CountTimesLog(sums.count(first)) - CountTimesLog(sums.count(last)) +
      CountTimesLog(sums.count(first) + below) + CountTimesLog(sums.count(last) + above);
  double p_log_q = 0;
  for (std::size_t code = 0; code < kCodes; ++code) {
    const std::size_t begin = first + code * (end - first) / kCodes;
    const std::size_t stop = first + (code + 1) * (end - first) / kCodes;
    const BinSums::Sums bins = sums.Between(begin, stop);
    const double beyond = (code == 0 ? below : 0) + (code == kCodes - 1 ? above : 0);
    const double kept = bins.filled > 0 ? bins.count / bins.filled : kUnseen;
    if (bins.count + beyond > 0) p_log_q += (bins.count + beyond) * std::log(kept);
  }
  return (p_log_p - p_log_q) / sums.total() - std::log(sums.total()) + std::log(within.count);
}

// The bins of one side that hold a magnitude up to `largest`.
std::size_t BinsFor(double largest, double bin_width) {
  if (largest == 0) return 0;
  return std::min(kSide, static_cast<std::size_t>(largest / bin_width) + 1);
}

// Squared errors of cutting one side off at each of some magnitudes.
class CutErrors {
 public:
  static constexpr std::size_t kCuts = 128;

  CutErrors(const Side& side, double bin_width) : largest_(side.largest) {
    for (std::size_t cut = 0; cut <= kCuts; ++cut) errors_[cut] = ErrorAt(side, bin_width, cut);
    for (const double count : side.counts) count_ += count;
  }

  double At(std::size_t cut) const { return errors_[cut]; }
  double Magnitude(std::size_t cut) const {
    return largest_ * static_cast<double>(cut) / static_cast<double>(kCuts);
  }
  // Cuts worth looking at: the side without values has none but the last.
  std::size_t FirstCut() const { return largest_ == 0 ? kCuts : 1; }
  double count() const { return count_; }

 private:
  double ErrorAt(const Side& side, double bin_width, std::size_t cut) const {
    if (cut == kCuts) return 0;
    const double limit = Magnitude(cut);
    double error = 0;
    for (std::size_t k = static_cast<std::size_t>(limit / bin_width); k < kSide; ++k) {
      const double distance = (static_cast<double>(k) + 0.5) * bin_width - limit;
      if (distance > 0) error += side.counts[k] * distance * distance;
    }
    return error;
  }

  double largest_ = 0;
  std::array<double, kCuts + 1> errors_ = {};
  double count_ = 0;
};

}  // namespace

ValueRange PercentileRange(const ValueHistogram& histogram, double share) {
  const Side negative = NegativeSide(histogram);
  const Side positive = PositiveSide(histogram);
  const auto count = static_cast<double>(histogram.count() - histogram.zero_count());
  const double excess = (1 - share) * count;
  const bool has_both = negative.largest > 0 && positive.largest > 0;
  const double on_each = has_both ? excess / 2 : excess;
  return CutTo(histogram, Without(negative, on_each, histogram.bin_width()),
               Without(positive, on_each, histogram.bin_width()));
}

ValueRange EntropyRange(const ValueHistogram& histogram) {
  if (histogram.count() == histogram.zero_count()) return histogram.range();
  const double width = histogram.bin_width();
  const std::size_t negative = BinsFor(-std::min(0.0F, histogram.range().min), width);
  const std::size_t positive = BinsFor(std::max(0.0F, histogram.range().max), width);
  const std::size_t most = std::max(negative, positive);
  const BinSums sums(histogram);
  // From as many bins as codes on, as in TensorRT; finer steps than this find nothing better.
  constexpr std::size_t kStep = 8;
  const std::size_t sides = (negative > 0 ? 1U : 0U) + (positive > 0 ? 1U : 0U);
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = most;
  for (std::size_t n = kCodes / sides; n < most + kStep; n += kStep) {
    const std::size_t bins = std::min(n, most);
    const double divergence =
        Divergence(sums, kSide - std::min(bins, negative), kSide + std::min(bins, positive));
    // Of equal ones the widest, which cuts off the least.
    if (divergence <= least) {
      least = divergence;
      best = bins;
    }
  }
  const double limit = static_cast<double>(best) * width;
  return CutTo(histogram, limit, limit);
}

ValueRange MseRange(const ValueHistogram& histogram) {
  if (histogram.count() == histogram.zero_count()) return histogram.range();
  const CutErrors negative(NegativeSide(histogram), histogram.bin_width());
  const CutErrors positive(PositiveSide(histogram), histogram.bin_width());
  const double count = negative.count() + positive.count();
  constexpr double kNoiseOfStep = 1.0 / 12;
  double least = std::numeric_limits<double>::infinity();
  ValueRange best = histogram.range();
  for (std::size_t low = negative.FirstCut(); low <= CutErrors::kCuts; ++low) {
    for (std::size_t high = positive.FirstCut(); high <= CutErrors::kCuts; ++high) {
      const double step = (negative.Magnitude(low) + positive.Magnitude(high)) / (kCodes - 1);
      const double error =
          negative.At(low) + positive.At(high) + count * step * step * kNoiseOfStep;
      if (error <= least) {
        least = error;
        best = CutTo(histogram, negative.Magnitude(low), positive.Magnitude(high));
      }
    }
  }
  return best;
}

}  // namespace slipway::quantize
