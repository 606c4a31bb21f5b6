// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/trace_settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

/// A trace setting by Triton's name for it and what it says; only "trace_level" says more than one
/// thing.
using TraceField = std::pair<std::string_view, std::vector<std::string>>;

/// All settings as texts, in Triton's order.
std::vector<TraceField> TraceFieldsOf(const serving::TraceSetting& setting);

/// Adds to `change` that the setting called `name` becomes what `values` say; nothing: that it
/// follows the global one again. kInvalidArgument for an unknown name or a wrong value,
/// kUnimplemented for "trace_file", because a client must not choose where the server writes.
Status AddTraceField(std::string_view name, const std::optional<std::vector<std::string>>& values,
                     serving::TraceChange& change);

}  // namespace slipway::api
