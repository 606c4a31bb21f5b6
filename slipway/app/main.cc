// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/commands.h"
#include "slipway/app/program.h"

#include <cstdio>
#include <span>

int main(int argc, char** argv) {
  slipway::app::Terminal terminal(stdout, stderr);
  const std::span<const char* const> arguments(argv, static_cast<std::size_t>(argc));
  return static_cast<int>(
      slipway::app::RunProgram(arguments, slipway::app::AllCommands(), terminal));
}
