// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"
#include "slipway/optimize/quantize/quantize_report.h"
#include "slipway/optimize/quantize/target_cpu.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway quantize`: makes a smaller, faster integer model, checks it, and writes it.
class QuantizeCommand final : public Command {
 public:
  std::string_view name() const override { return "quantize"; }
  std::string_view summary() const override { return "Make an int8 model out of a float32 one"; }
  void AddOptions(CLI::App& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  void PrintReport(const quantize::QuantizeReport& report,
                   const std::vector<quantize::OutputComparison>& outputs,
                   Terminal& terminal) const;

  std::filesystem::path model_;
  std::filesystem::path out_;
  std::string method_ = "static";
  DataFlags calibration_;
  std::size_t calibration_samples_ = 1000;
  std::string target_ = "auto";
  std::vector<std::string> excluded_;
  bool json_ = false;
};

}  // namespace slipway::app
