// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/level_set.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace slipway::codebook {
namespace {

using Terms = std::vector<double>;

// The terms of each series for magnitudes of `bits` bits: with two bits a series, its powers of two
// are as far apart as there are series, so that sums do not coincide. An odd bit is one more series
// with a single term.
std::vector<Terms> SeriesFor(std::size_t bits) {
  const auto power = [](std::size_t exponent) {
    return std::ldexp(1, -static_cast<int>(exponent));
  };
  const std::size_t pairs = bits / 2;
  const std::size_t odd = bits % 2;
  constexpr std::size_t kTermsOfPair = 3;
  std::vector<Terms> series(pairs + odd, Terms{0});
  for (std::size_t i = 0; i < kTermsOfPair; ++i) {
    for (std::size_t s = 0; s < pairs; ++s) {
      // With an odd bit the last round of terms makes room for its one.
      const std::size_t room = i == kTermsOfPair - 1 ? odd : 0;
      series[s].push_back(power(pairs * i + s + 1 + room));
    }
  }
  if (odd != 0) series[pairs].push_back(power(pairs * (kTermsOfPair - 1) + 1));
  return series;
}

std::vector<double> Sums(const std::vector<Terms>& series) {
  std::vector<double> sums = {0};
  for (const Terms& terms : series) {
    std::vector<double> longer;
    for (const double sum : sums) {
      std::ranges::transform(terms, std::back_inserter(longer),
                             [sum](double term) { return sum + term; });
    }
    sums = std::move(longer);
  }
  return sums;
}

void CheckBits(std::size_t bits) {
  SLIPWAY_CHECK(bits >= LevelSet::kMinBits && bits <= LevelSet::kMaxBits);
}

}  // namespace

LevelSet LevelSet::Uniform(std::size_t bits) {
  CheckBits(bits);
  std::vector<double> magnitudes(std::size_t{1} << (bits - 1));
  std::iota(magnitudes.begin(), magnitudes.end(), 0.0);
  return LevelSet(std::move(magnitudes));
}

LevelSet LevelSet::PowersOfTwo(std::size_t bits) {
  CheckBits(bits);
  std::vector<double> magnitudes = {0};
  for (std::size_t i = 0; i + 1 < std::size_t{1} << (bits - 1); ++i) {
    magnitudes.push_back(std::ldexp(1, -static_cast<int>(i)));
  }
  return LevelSet(std::move(magnitudes));
}

LevelSet LevelSet::AdditivePowersOfTwo(std::size_t bits) {
  CheckBits(bits);
  return LevelSet(Sums(SeriesFor(bits - 1)));
}

LevelSet::LevelSet(std::vector<double> magnitudes) {
  const double largest = std::ranges::max(magnitudes);
  for (const double magnitude : magnitudes) {
    levels_.push_back(static_cast<float>(magnitude / largest));
    if (magnitude > 0) levels_.push_back(static_cast<float>(-magnitude / largest));
  }
  std::ranges::sort(levels_);
  const auto repeated = std::ranges::unique(levels_);
  levels_.erase(repeated.begin(), repeated.end());
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
    midpoints_.push_back((levels_[i] + levels_[i + 1]) / 2);
  }
}

std::uint8_t LevelSet::Nearest(float value) const {
  return static_cast<std::uint8_t>(std::ranges::lower_bound(midpoints_, value) -
                                   midpoints_.begin());
}

}  // namespace slipway::codebook
