// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/program.h"

#include "slipway/app/version.h"

#include <CLI/CLI.hpp>

namespace slipway::app {
namespace {

/// Prints the help, the version or the usage error that ended the reading of the flags.
ExitCode Explain(const CLI::App& program, const CLI::ParseError& why, Terminal& terminal) {
  std::ostringstream out;
  std::ostringstream error;
  const bool asked_for = program.exit(why, out, error) == 0;
  terminal.Write(out.str());
  terminal.WriteRemark(error.str());
  return asked_for ? ExitCode::kSuccess : ExitCode::kWrongUse;
}

ExitCode RunCommand(Command& command, Terminal& terminal) {
  const Status status = command.Run(terminal);
  if (status) return ExitCode::kSuccess;
  terminal.Remark("slipway {}: {}\n", command.name(), status.error().message());
  return ExitCodeOf(status.error().code());
}

}  // namespace

ExitCode RunProgram(std::span<const char* const> arguments,
                    std::vector<std::unique_ptr<Command>> commands, Terminal& terminal) {
  CLI::App program("Slipway makes ONNX models small and fast, and serves them.", "slipway");
  program.set_version_flag("--version", std::string(VersionText()));
  program.require_subcommand(1);
  std::map<const CLI::App*, Command*> by_verb;
  for (const std::unique_ptr<Command>& command : commands) {
    CLI::App* const verb =
        program.add_subcommand(std::string(command->name()), std::string(command->summary()));
    command->AddOptions(*verb);
    by_verb.emplace(verb, command.get());
  }
  try {
    program.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError& why) {
    return Explain(program, why, terminal);
  }
  return RunCommand(*by_verb.at(program.get_subcommands().front()), terminal);
}

}  // namespace slipway::app
