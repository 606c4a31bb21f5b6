// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/table.h"
#include "slipway/app/terminal.h"

#include <cstdint>
#include <string>

namespace slipway::app {

/// `table` as it suits who reads it: aligned and coloured for a person, tabs for a program.
std::string RenderFor(const Terminal& terminal, const Table& table);

/// "970 kB", "1.2 MB": decimal units, three digits at most.
std::string FormatBytes(std::uint64_t bytes);
/// "242 k", "7.7 M": as above, for counts.
std::string FormatCount(std::uint64_t count);

}  // namespace slipway::app
