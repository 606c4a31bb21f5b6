// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/completion_command.h"

#include "slipway/app/options.h"

#include <CLI/CLI.hpp>

namespace slipway::app {
namespace {

std::vector<std::string> VerbNames(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* verb : program.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

std::vector<std::string> FlagNames(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string BashScript(const CLI::App& program) {
  std::string script = fmt::format(
      "_slipway() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  local flags=\n"
      "  case ${{COMP_WORDS[1]}} in\n",
      fmt::join(VerbNames(program), " "));
  for (const CLI::App* verb : program.get_subcommands({})) {
    script += fmt::format("    {}) flags=\"{}\" ;;\n", verb->get_name(),
                          fmt::join(FlagNames(*verb), " "));
  }
  script +=
      "  esac\n"
      "  case $word in\n"
      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\") ;;\n"
      "    *) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
      "  esac\n"
      "}\n"
      "complete -o filenames -F _slipway slipway\n";
  return script;
}

/// zsh runs bash's completions.
std::string ZshScript(const CLI::App& program) {
  return "autoload -U +X bashcompinit && bashcompinit\n" + BashScript(program);
}

std::string FishScript(const CLI::App& program) {
  std::string script;
  for (const CLI::App* verb : program.get_subcommands({})) {
    script += fmt::format("complete -c slipway -n __fish_use_subcommand -f -a {} -d '{}'\n",
                          verb->get_name(), verb->get_description());
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        script += fmt::format("complete -c slipway -n '__fish_seen_subcommand_from {}' -l {}\n",
                              verb->get_name(), name);
      }
    }
  }
  return script;
}

}  // namespace

void CompletionCommand::AddOptions(Options& verb) {
  program_ = verb.parser().get_parent();
  verb.Add("SHELL", shell_, "bash, zsh or fish").Required().OneOf({"bash", "zsh", "fish"});
}

Status CompletionCommand::Run(Terminal& terminal) {
  if (shell_ == "bash") terminal.Write(BashScript(*program_));
  if (shell_ == "zsh") terminal.Write(ZshScript(*program_));
  if (shell_ == "fish") terminal.Write(FishScript(*program_));
  return {};
}

}  // namespace slipway::app
