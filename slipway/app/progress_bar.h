// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/terminal.h"
#include "slipway/base/clock.h"

#include <cstddef>
#include <string>

namespace slipway::app {

/// Shows how far a piece of work has come, on a terminal alone and only once it has taken a second.
/// The line is wiped at the end of its life.
class ProgressBar {
 public:
  ProgressBar(Terminal& terminal, const Clock& clock, std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows that `done` of `total` units are finished; cheap enough to be called for each.
  void Update(std::size_t done, std::size_t total);

 private:
  Terminal& terminal_;
  const Clock& clock_;
  const std::string what_;
  const SteadyTime start_;
  SteadyTime next_drawing_;
  bool drawn_ = false;
};

}  // namespace slipway::app
