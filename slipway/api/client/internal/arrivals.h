// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"

#include <cstdint>
#include <random>

namespace slipway::api::client {

/// The moments of a Poisson process: as random as independent callers are, and the same for the
/// same seed.
class Arrivals {
 public:
  /// `rate` a second, from `start` on.
  Arrivals(double rate, std::uint64_t seed, SteadyTime start);

  /// The moment that is next.
  SteadyTime next() const { return next_; }
  /// Goes on to the one after it.
  void Advance();

 private:
  double rate_;
  std::mt19937_64 random_;
  SteadyTime next_;
};

}  // namespace slipway::api::client
