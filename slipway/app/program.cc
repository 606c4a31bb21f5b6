// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/program.h"

#include "slipway/app/options.h"
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

/// Whether the first argument is meant as a command and is none.
bool NamesUnknownCommand(const CLI::App& program, std::span<const char* const> arguments) {
  if (arguments.size() < 2 || std::string_view(arguments[1]).starts_with('-')) return false;
  return program
      .get_subcommands([&](const CLI::App* verb) { return verb->check_name(arguments[1]); })
      .empty();
}

ExitCode RunCommand(Command& command, Terminal& terminal) {
  const Status status = command.Run(terminal);
  if (status) return ExitCode::kSuccess;
  terminal.Remark("slipway {}: {}\n", command.name(), status.error().message());
  return ExitCodeOf(status.error().code());
}

}  // namespace

ExitCode RunProgram(std::span<const char* const> arguments,
                    const std::vector<std::unique_ptr<Command>>& commands, Terminal& terminal) {
  CLI::App program("Slipway makes ONNX models small and fast, and serves them.", "slipway");
  program.set_version_flag("--version", std::string(VersionText()));
  program.require_subcommand(1);
  std::map<const CLI::App*, Command*> by_verb;
  for (const std::unique_ptr<Command>& command : commands) {
    CLI::App* const verb =
        program.add_subcommand(std::string(command->name()), std::string(command->summary()));
    Options options(*verb);
    command->AddOptions(options);
    by_verb.emplace(verb, command.get());
  }
  if (NamesUnknownCommand(program, arguments)) {
    terminal.Remark("slipway: no command {:?}: `slipway --help` lists the commands\n",
                    std::string_view(arguments[1]));
    return ExitCode::kWrongUse;
  }
  try {
    program.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError& why) {
    return Explain(program, why, terminal);
  }
  return RunCommand(*by_verb.at(program.get_subcommands().front()), terminal);
}

}  // namespace slipway::app
