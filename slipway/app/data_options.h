// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"

namespace slipway::app {

class Options;

/// Declares `--pixels unit|raw|as-is`, bound to `flags`, which outlives `verb`.
void AddPixelOption(Options& verb, DataFlags& flags);

}  // namespace slipway::app
