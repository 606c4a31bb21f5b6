// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/format.h"

#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::app {

/// The values that a flag can have, by their names, and what its help says.
template <typename T>
struct Choices {
  std::string help;
  std::vector<std::pair<std::string, T>> names;
};

/// Declares `flag`, which takes the name of one of `choices` and sets `chosen`, which outlives
/// `verb` and says what the default is.
template <typename T>
void AddChoice(CLI::App& verb, const std::string& flag, T& chosen, const Choices<T>& choices) {
  std::vector<std::string> names;
  std::string default_name;
  for (const auto& [name, value] : choices.names) {
    names.push_back(name);
    if (value == chosen) default_name = name;
  }
  const auto choose = [flag, &chosen, known = choices.names, names](const std::string& name) {
    for (const auto& [each, value] : known) {
      if (each != name) continue;
      chosen = value;
      return;
    }
    throw CLI::ValidationError(flag,
                               fmt::format("\"{}\" is none of {}", name, fmt::join(names, ", ")));
  };
  verb.add_option_function<std::string>(flag, choose, choices.help)
      ->type_name(fmt::format("{}", fmt::join(names, "|")))
      ->default_str(default_name);
}

}  // namespace slipway::app
