// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slipway {

/// Gives memory that the process has freed, and its allocator has kept, back to the system. Takes
/// about as long as it takes to write to that memory. Thread-safe.
void ReturnFreeMemory();

}  // namespace slipway
