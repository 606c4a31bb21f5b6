// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/stop_signals.h"

#include <signal.h>

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

void StopSignals::Release() const { ChangeMask(SIG_UNBLOCK); }

}  // namespace slipway::app
