// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"
#include "slipway/app/exit_code.h"

#include <memory>
#include <span>
#include <vector>

namespace slipway::app {

/// Reads the command line, runs the command that it names and prints its error, if any.
/// `arguments` starts with the program's name.
ExitCode RunProgram(std::span<const char* const> arguments,
                    const std::vector<std::unique_ptr<Command>>& commands, Terminal& terminal);

}  // namespace slipway::app
