// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <string_view>

namespace slipway::app {

/// A setting as it stands on the command line: "rate=100".
struct KeyValue {
  std::string_view key;
  std::string_view value;
};

/// The two sides of the first '='. kInvalidArgument if there is none; `option` is for the message.
Result<KeyValue> ParseKeyValue(std::string_view option, std::string_view text);

/// Whether `setting`, of `option`, is "true" or "false". kInvalidArgument if it is neither.
Result<bool> ParseSwitch(std::string_view option, const KeyValue& setting);

}  // namespace slipway::app
