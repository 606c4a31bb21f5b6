// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/terminal.h"
#include "slipway/base/result.h"

#include <string_view>

namespace slipway::app {

class Options;

/// One verb of the program: its flags and what it does.
class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;
  /// One line for the list of commands.
  virtual std::string_view summary() const = 0;
  /// Declares the flags, bound to members of this object, which outlives `verb`.
  virtual void AddOptions(Options& verb) = 0;
  /// Does the work after the flags were read, and prints the result.
  virtual Status Run(Terminal& terminal) = 0;
};

}  // namespace slipway::app
