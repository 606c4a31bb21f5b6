// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace slipway::app {

/// A flag or an argument that was declared. Each call says one more thing about it.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& Required();
  /// Shows the value that the variable has now in the help.
  Option& ShowDefault();
  /// Takes one value each time it is given; without this, a list takes all words up to the next
  /// flag.
  Option& OneValueEach();
  /// Takes a list in one word, parted by `delimiter`.
  Option& Delimiter(char delimiter);
  Option& Positive();
  Option& NonNegative();
  Option& Between(int lowest, int highest);
  Option& OneOf(const std::vector<std::string>& values);
  /// Ends in an error where both are given.
  Option& Excludes(const Option& other);
  /// What the help shows in the place of the value and as the default.
  Option& Show(const std::string& type, const std::string& default_text);

 private:
  CLI::Option* option_;
};

/// The flags and arguments of one verb, bound to variables that outlive it. Stands between the
/// commands and CLI11, whose header is all of its code: compiled in every command, it was a third
/// of what this module took to build.
class Options {
 public:
  explicit Options(CLI::App& verb) : verb_(&verb) {}

  /// Declares `names` ("-o,--output", or "MODEL" for an argument), which sets `value`. T is one of
  /// those that options.cc lists.
  template <typename T>
  Option Add(const std::string& names, T& value, const std::string& help);
  /// Declares a flag that sets `value` to true, or to false where `names` ends in "{false}".
  Option AddFlag(const std::string& names, bool& value, const std::string& help);
  /// Declares a flag whose value must be one of `names`, and calls `choose` with the index of that
  /// which is given.
  Option AddNames(const std::string& flag, const std::vector<std::string>& names,
                  const std::function<void(std::size_t)>& choose, const std::string& help);

  /// The parser's own view, for what describes it.
  CLI::App& parser() const { return *verb_; }

 private:
  CLI::App* verb_;
};

}  // namespace slipway::app
