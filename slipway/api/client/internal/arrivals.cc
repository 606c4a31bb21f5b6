// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/arrivals.h"

#include <chrono>
#include <cmath>

namespace slipway::api::client {

Arrivals::Arrivals(double rate, std::uint64_t seed, SteadyTime start)
    : rate_(rate), random_(seed), next_(start) {
  Advance();
}

void Arrivals::Advance() {
  // Not std::exponential_distribution, whose values differ between standard libraries.
  constexpr int kMantissaBits = 53;
  const double uniform =
      std::ldexp(static_cast<double>(random_() >> (64 - kMantissaBits)), -kMantissaBits);
  const std::chrono::duration<double> gap(-std::log1p(-uniform) / rate_);
  next_ += std::chrono::duration_cast<SteadyTime::duration>(gap);
}

}  // namespace slipway::api::client
