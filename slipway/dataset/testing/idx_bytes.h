// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::dataset {

/// The IDX file of elements of the type `code` (8 is uint8) whose big-endian bytes are `elements`.
std::string IdxBytes(std::uint8_t code, const std::vector<std::uint32_t>& sizes,
                     std::string_view elements);

/// `bytes` compressed by gzip.
std::string Gzip(std::string_view bytes);

}  // namespace slipway::dataset
