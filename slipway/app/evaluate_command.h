// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"
#include "slipway/app/model_score.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway evaluate`: how good and how fast a model is on a data set.
class EvaluateCommand final : public Command {
 public:
  std::string_view name() const override { return "evaluate"; }
  std::string_view summary() const override {
    return "Measure the accuracy and the latency of a model on a data set";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  void PrintScore(const ModelScore& score, Terminal& terminal) const;
  std::string ScoreJson(const ModelScore& score) const;

  std::filesystem::path model_;
  DataFlags data_;
  std::string metric_ = "top1";
  std::vector<std::size_t> batches_ = {1, 32};
  std::size_t runs_ = 200;
  std::size_t threads_ = 1;
  bool json_ = false;
};

}  // namespace slipway::app
