// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/trace_context.h"

#include <optional>
#include <string_view>

namespace slipway::api {

/// What the value of a `traceparent` header says (W3C Trace Context, section 3.2); nothing if it is
/// not exactly of that form, so that a broken one starts no trace.
std::optional<serving::TraceContext> ParseTraceParent(std::string_view value);

}  // namespace slipway::api
