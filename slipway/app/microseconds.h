// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace slipway::app {

/// `time` as a number of microseconds, with a fraction.
inline double Microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace slipway::app
