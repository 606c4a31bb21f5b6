// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace slipway {

/// The cores that the calling thread may run on, at least 1: in a container fewer than the machine
/// has.
/// Thread-safe.
std::size_t CountUsableCores();

}  // namespace slipway
