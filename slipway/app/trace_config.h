// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/trace_settings.h"

#include <span>
#include <string>

namespace slipway::app {

/// What `--trace-config` asks for, a setting an element, as Triton has them: `level`, which may
/// come more than once, `rate`, `count`, `mode=triton`, and, with or without "triton," before it,
/// `file` and `log-frequency`. kInvalidArgument for others, and for a level without a file.
Result<serving::TraceSetting> ParseTraceConfig(std::span<const std::string> settings);

}  // namespace slipway::app
