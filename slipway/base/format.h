// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one door to the formatting library: `fmt::format` and its relatives.
#include <fmt/format.h>
#include <fmt/ranges.h>
