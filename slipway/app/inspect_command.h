// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"

#include <filesystem>

namespace slipway::app {

/// `slipway inspect`: what a model takes, gives and is made of.
class InspectCommand final : public Command {
 public:
  std::string_view name() const override { return "inspect"; }
  std::string_view summary() const override {
    return "Show a model's inputs, outputs, operators, parameters, MACs and layers";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  std::filesystem::path model_;
  bool json_ = false;
};

}  // namespace slipway::app
