// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace slipway::app {

/// `slipway completion SHELL`: prints what makes a shell complete Slipway's commands and flags.
class CompletionCommand final : public Command {
 public:
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override {
    return "Print the completion script of a shell: bash, zsh or fish";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  const CLI::App* program_ = nullptr;
  std::string shell_;
};

}  // namespace slipway::app
