// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// How a tensor of byte strings lies in memory, the same as on the KServe v2 wire: for each element
/// a 4-byte unsigned little-endian length and then that many bytes.

/// Checks that `bytes` holds exactly `count` elements. kInvalidArgument otherwise.
Status CheckBytesLayout(ByteView bytes, std::int64_t count);

/// Appends `element` to `out`. kInvalidArgument if it has 4 GiB or more.
Status AppendBytesElement(std::string& out, std::string_view element);

/// The elements of `bytes`, as views into it. kInvalidArgument if it does not hold exactly `count`.
Result<std::vector<std::string_view>> SplitBytesElements(ByteView bytes, std::int64_t count);

}  // namespace slipway
