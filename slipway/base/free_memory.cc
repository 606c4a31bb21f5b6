// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/free_memory.h"

#include <malloc.h>

/// Of tcmalloc (gperftools/malloc_extension_c.h); null in programs without it.
extern "C" [[gnu::weak]] void MallocExtension_ReleaseFreeMemory();

namespace slipway {

void ReturnFreeMemory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr) {
    MallocExtension_ReleaseFreeMemory();
  } else {
    ::malloc_trim(0);
  }
}

}  // namespace slipway
