// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/progress_bar.h"

#include <utility>

namespace slipway::app {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::size_t kBarWidth = 30;
constexpr std::string_view kWipeLine = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(Terminal& terminal, const Clock& clock, std::string what)
    : terminal_(terminal),
      clock_(clock),
      what_(std::move(what)),
      start_(clock.Now()),
      next_drawing_(start_ + 1s) {}

ProgressBar::~ProgressBar() {
  if (drawn_) terminal_.WriteRemark(kWipeLine);
}

void ProgressBar::Update(std::size_t done, std::size_t total) {
  if (!terminal_.shows_progress() || total == 0) return;
  const SteadyTime now = clock_.Now();
  if (now < next_drawing_) return;
  next_drawing_ = now + 100ms;
  drawn_ = true;
  const std::size_t filled = kBarWidth * done / total;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double left =
      done == 0 ? 0 : seconds * static_cast<double>(total - done) / static_cast<double>(done);
  terminal_.Remark("{}{} [{}{}] {}% {}/{}, about {:.0f} s left", kWipeLine, what_,
                   std::string(filled, '='), std::string(kBarWidth - filled, ' '),
                   100 * done / total, done, total, left);
}

}  // namespace slipway::app
