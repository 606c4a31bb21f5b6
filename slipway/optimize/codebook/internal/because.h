// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace slipway::codebook {

/// What is returned in the place of something that cannot be had, with the reason for people.
inline std::unexpected<std::string> Because(std::string reason) {
  return std::unexpected(std::move(reason));
}

}  // namespace slipway::codebook
