// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/key_value.h"

namespace slipway::app {

Result<KeyValue> ParseKeyValue(std::string_view option, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return InvalidArgument("{} {:?}: want <setting>=<value>", option, text);
  }
  return KeyValue{.key = text.substr(0, equals), .value = text.substr(equals + 1)};
}

Result<bool> ParseSwitch(std::string_view option, const KeyValue& setting) {
  if (setting.value == "true") return true;
  if (setting.value == "false") return false;
  return InvalidArgument("{} {}={:?}: want true or false", option, setting.key, setting.value);
}

}  // namespace slipway::app
