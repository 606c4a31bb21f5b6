// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/request_trace.h"

#include <string>

namespace slipway::serving {

/// The elements of a trace file's array that tell about `trace`, with commas between them: one with
/// its names and timestamps, then one for each tensor. All have the trace's id.
std::string TraceJson(const RequestTrace& trace);

}  // namespace slipway::serving
