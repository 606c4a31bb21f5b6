// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"

namespace CLI {
class App;
}  // namespace CLI

namespace slipway::app {

/// Declares `--pixels unit|raw|as-is`, bound to `flags`, which outlives `verb`.
void AddPixelOption(CLI::App& verb, DataFlags& flags);

}  // namespace slipway::app
