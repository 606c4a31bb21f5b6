// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/background.h"

#include <sys/resource.h>

#include <system_error>
#include <thread>

namespace slipway {
namespace {

constexpr int kLowestPriority = 19;

}  // namespace

void RunInBackground(const std::function<void()>& work) {
  std::jthread thread;
  try {
    thread = std::jthread([&work] {
      // Linux has a priority for each thread; 0 stands for the calling one. It can always be
      // lowered.
      ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
      work();
    });
  } catch (const std::system_error&) {
    work();
  }
}

}  // namespace slipway
