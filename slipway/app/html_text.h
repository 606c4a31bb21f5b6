// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace slipway::app {

/// `text` as it may stand in HTML, also in an attribute.
std::string EscapeHtml(std::string_view text);

}  // namespace slipway::app
