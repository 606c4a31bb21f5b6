// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/usable_cores.h"

#include <sched.h>

namespace slipway {

std::size_t CountUsableCores() {
  ::cpu_set_t cores = {};
  if (::sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return static_cast<std::size_t>(CPU_COUNT(&cores));
}

}  // namespace slipway
