// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/options.h"
#include "slipway/base/format.h"

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
void AddChoice(Options& verb, const std::string& flag, T& chosen, const Choices<T>& choices) {
  std::vector<std::string> names;
  std::string default_name;
  for (const auto& [name, value] : choices.names) {
    names.push_back(name);
    if (value == chosen) default_name = name;
  }
  const auto choose = [&chosen, known = choices.names](std::size_t index) {
    chosen = known[index].second;
  };
  verb.AddNames(flag, names, choose, choices.help)
      .Show(fmt::format("{}", fmt::join(names, "|")), default_name);
}

}  // namespace slipway::app
