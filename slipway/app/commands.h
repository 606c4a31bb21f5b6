// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"

#include <memory>
#include <vector>

namespace slipway::app {

/// Every command of the program, in the order of its help.
std::vector<std::unique_ptr<Command>> AllCommands();

}  // namespace slipway::app
