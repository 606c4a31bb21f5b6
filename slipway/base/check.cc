// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace slipway {

void CheckFailed(const char* condition, std::source_location where) {
  std::fprintf(stderr, "%s:%u: %s: check failed: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(), condition);
  std::abort();
}

}  // namespace slipway
