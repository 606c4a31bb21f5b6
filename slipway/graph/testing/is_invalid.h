// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace slipway::graph {

/// Matches a result that is kInvalidArgument, with `text` in its message.
inline auto IsInvalid(std::string_view text) {
  return ::slipway::testing::FailsWith(ErrorCode::kInvalidArgument,
                                       ::testing::HasSubstr(std::string(text)));
}

}  // namespace slipway::graph
