// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/command.h"
#include "slipway/app/demo_measurement.h"
#include "slipway/app/demo_report.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway demo`: quantizes a real model, serves both, measures them, and prints one table.
class DemoCommand final : public Command {
 public:
  std::string_view name() const override { return "demo"; }
  std::string_view summary() const override {
    return "Quantize, serve and measure the example model on Fashion-MNIST";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  std::filesystem::path TestImages() const;
  std::filesystem::path Repository() const { return output_ / "repository"; }
  /// The float32 model and the int8 one that is made of it, in the repository.
  std::vector<DemoModel> Models() const;
  Status PrepareRepository(const runtime::Engine& engine) const;
  Result<DemoReport> Measure(const runtime::Engine& engine, Terminal& terminal) const;
  /// Writes the report as Markdown and JSON, and the body of a request that curl can send.
  Status WriteFiles(const DemoReport& report) const;
  void PrintReport(const DemoReport& report, Terminal& terminal) const;

  std::filesystem::path model_ = "examples/fashion/cnn.onnx";
  std::filesystem::path data_ = "/usr/share/datasets/fashion-mnist";
  std::filesystem::path output_ = "build/demo";
  std::size_t load_seconds_ = 3;
  std::size_t connections_ = 16;
  bool json_ = false;
};

}  // namespace slipway::app
