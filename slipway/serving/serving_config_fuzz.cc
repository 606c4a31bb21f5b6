// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_config.h"

#include <cstddef>
#include <cstdint>

/// Any text is either a configuration or an error with a message, read as text and as JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  using slipway::serving::ParseModelConfig;
  using slipway::serving::ParseModelConfigJson;
  for (const auto& config : {ParseModelConfig(text), ParseModelConfigJson(text)}) {
    if (!config && config.error().message().empty()) __builtin_trap();
  }
  return 0;
}
