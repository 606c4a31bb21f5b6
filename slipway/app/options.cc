// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/options.h"

#include "slipway/base/format.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace slipway::app {

Option& Option::Required() {
  option_->required();
  return *this;
}

Option& Option::ShowDefault() {
  option_->capture_default_str();
  return *this;
}

Option& Option::OneValueEach() {
  option_->allow_extra_args(false);
  return *this;
}

Option& Option::Delimiter(char delimiter) {
  option_->delimiter(delimiter);
  return *this;
}

Option& Option::Positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::NonNegative() {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

Option& Option::Between(int lowest, int highest) {
  option_->check(CLI::Range(lowest, highest));
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::Excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Option& Option::Show(const std::string& type, const std::string& default_text) {
  option_->type_name(type)->default_str(default_text);
  return *this;
}

template <typename T>
Option Options::Add(const std::string& names, T& value, const std::string& help) {
  return Option(*verb_->add_option(names, value, help));
}

// What variables can be.
template Option Options::Add(const std::string&, std::string&, const std::string&);
template Option Options::Add(const std::string&, std::vector<std::string>&, const std::string&);
template Option Options::Add(const std::string&, std::filesystem::path&, const std::string&);
template Option Options::Add(const std::string&, std::optional<std::filesystem::path>&,
                             const std::string&);
template Option Options::Add(const std::string&, std::vector<std::filesystem::path>&,
                             const std::string&);
template Option Options::Add(const std::string&, bool&, const std::string&);
template Option Options::Add(const std::string&, std::uint16_t&, const std::string&);
template Option Options::Add(const std::string&, std::size_t&, const std::string&);
template Option Options::Add(const std::string&, std::optional<std::size_t>&, const std::string&);
template Option Options::Add(const std::string&, std::int64_t&, const std::string&);
template Option Options::Add(const std::string&, double&, const std::string&);
template Option Options::Add(const std::string&, std::vector<std::size_t>&, const std::string&);

Option Options::AddFlag(const std::string& names, bool& value, const std::string& help) {
  return Option(*verb_->add_flag(names, value, help));
}

Option Options::AddNames(const std::string& flag, const std::vector<std::string>& names,
                         const std::function<void(std::size_t)>& choose, const std::string& help) {
  const auto parse = [flag, names, choose](const std::string& name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      throw CLI::ValidationError(flag,
                                 fmt::format("\"{}\" is none of {}", name, fmt::join(names, ", ")));
    }
    choose(static_cast<std::size_t>(found - names.begin()));
  };
  return Option(*verb_->add_option_function<std::string>(flag, parse, help));
}

}  // namespace slipway::app
