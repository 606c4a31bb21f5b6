// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"
#include "slipway/app/table.h"
#include "slipway/optimize/search/sensitivity.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace slipway::app {

/// `slipway sensitivity`: which layers cost accuracy when they are quantized.
class SensitivityCommand final : public Command {
 public:
  std::string_view name() const override { return "sensitivity"; }
  std::string_view summary() const override {
    return "Rank the layers of a model by what it costs to quantize them";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  Result<search::SensitivityReport> Measure(Terminal& terminal) const;
  std::string Html(const search::SensitivityReport& report) const;
  std::string Json(const search::SensitivityReport& report) const;

  std::filesystem::path model_;
  std::filesystem::path calibration_;
  std::filesystem::path html_;
  DataFlags data_;
  std::string metric_ = "top1";
  std::size_t calibration_samples_ = 1000;
  bool json_ = false;
};

}  // namespace slipway::app
