// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"
#include "slipway/app/html_report.h"
#include "slipway/app/model_score.h"
#include "slipway/optimize/evaluate/compare_values.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// What `slipway compare` finds out.
struct ModelComparison {
  ModelScore original;
  ModelScore changed;
  std::vector<evaluate::ValueDifference> values;

  /// The first value with less than `threshold_db`; null if there is none.
  const evaluate::ValueDifference* FirstBelow(double threshold_db) const;
};

/// `slipway compare`: two models value by value, and their accuracy, latency and size.
class CompareCommand final : public Command {
 public:
  std::string_view name() const override { return "compare"; }
  std::string_view summary() const override {
    return "Compare two models: value by value, accuracy, latency and size";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  Result<ModelComparison> Compare(const runtime::Engine& engine, Terminal& terminal) const;
  Table ScoreTable(const ModelComparison& comparison) const;
  std::string Verdict(const ModelComparison& comparison) const;
  std::string Html(const ModelComparison& comparison) const;
  std::string Json(const ModelComparison& comparison) const;

  std::filesystem::path original_;
  std::filesystem::path changed_;
  std::filesystem::path html_;
  DataFlags data_;
  std::vector<std::size_t> batches_ = {1, 32};
  evaluate::CompareOptions options_;
  double threshold_db_ = 20;
  bool json_ = false;
};

}  // namespace slipway::app
