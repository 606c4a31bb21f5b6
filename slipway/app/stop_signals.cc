// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/stop_signals.h"

#include <signal.h>

#include <cerrno>
#include <ctime>

namespace slipway::app {
namespace {

sigset_t TheSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void ChangeMask(int how) {
  const sigset_t signals = TheSignals();
  ::pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

StopSignals::StopSignals() { ChangeMask(SIG_BLOCK); }
StopSignals::~StopSignals() { ChangeMask(SIG_UNBLOCK); }

void StopSignals::Wait() const {
  const sigset_t signals = TheSignals();
  int which = 0;
  while (::sigwait(&signals, &which) != 0) {
  }
}

bool StopSignals::WaitFor(std::chrono::seconds time) const {
  const sigset_t signals = TheSignals();
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0) return false;
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec wait = {.tv_sec = whole.count(),
                           .tv_nsec = std::chrono::nanoseconds(left - whole).count()};
    if (::sigtimedwait(&signals, nullptr, &wait) > 0) return true;
    if (errno == EAGAIN) return false;
  }
}

void StopSignals::Release() const { ChangeMask(SIG_UNBLOCK); }

}  // namespace slipway::app
