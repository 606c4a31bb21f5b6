// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace slipway::api {

/// What a message shows of a client's text, in bytes.
inline constexpr std::size_t kShownLength = 64;

}  // namespace slipway::api
