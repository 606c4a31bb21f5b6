// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"
#include "slipway/app/local_server.h"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway serve`: serves a model repository until SIGTERM or SIGINT, then drains.
class ServeCommand final : public Command {
 public:
  std::string_view name() const override { return "serve"; }
  std::string_view summary() const override {
    return "Serve a Triton model repository over REST and gRPC";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  /// Adds the options that say where and how to listen.
  void AddFrontOptions(Options& verb);
  /// Adds the options that say who may do what.
  void AddAccessOptions(Options& verb);
  void AddModelOptions(Options& verb);

  LocalServerOptions options_;
  std::vector<std::string> host_policies_;
  std::string control_mode_ = "none";
  std::size_t busy_poll_us_ = 200;
  std::size_t poll_seconds_ = 15;
  std::size_t grace_seconds_ = 0;
  std::size_t drain_seconds_ = 25;
  std::string log_format_ = "text";
  std::vector<std::string> metrics_config_;
  std::vector<std::string> trace_config_;
  bool json_ = false;
};

}  // namespace slipway::app
