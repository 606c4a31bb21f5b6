// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/code_weights_file.h"
#include "slipway/app/command.h"
#include "slipway/app/mixed_file.h"
#include "slipway/app/quantize_file.h"
#include "slipway/app/quantize_page.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace slipway::app {

/// `slipway quantize`: makes a smaller model, checks it, and writes it.
class QuantizeCommand final : public Command {
 public:
  std::string_view name() const override { return "quantize"; }
  std::string_view summary() const override {
    return "Make a float32 model smaller, and faster with integers";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  // What --method names: integers and halves, or codes for weights.
  using Method = std::variant<QuantizeMethod, codebook::CodingMethod>;

  Status RunIntegers(const runtime::Engine& engine, Terminal& terminal) const;
  Status RunCodes(const runtime::Engine& engine, codebook::CodingMethod method,
                  Terminal& terminal) const;
  Status RunSmallestCodes(const runtime::Engine& engine, Terminal& terminal) const;
  Status TellOfCodes(const runtime::Engine& engine, const codebook::CodingReport& report,
                     Terminal& terminal) const;
  // What flags say of codes.
  CodeFlags Codes() const;
  void PrintReport(const QuantizedFile& result, Terminal& terminal) const;
  // Measures both models and adds that to `page`, which is written if that is asked for.
  Status WritePage(const runtime::Engine& engine, QuantizePage page, Terminal& terminal) const;

  void AddCalibrationOptions(Options& verb);
  void AddStaticOptions(Options& verb);
  void AddWeightOptions(Options& verb);

  std::filesystem::path model_;
  std::filesystem::path out_;
  QuantizeFileOptions file_;  // What flags say is written into it, the rest in `Run`.
  Method method_ = QuantizeMethod::kStatic;
  Objective objective_ = Objective::kLatency;
  CodeFlags codes_;
  std::optional<std::size_t> calibration_samples_;  // Absent, as below: the method's default.
  std::optional<std::size_t> bits_;
  std::string calibration_method_ = "min-max";
  std::string rounding_ = "nearest";
  std::string max_drop_ = "0.2pp";
  std::string metric_ = "top1";
  std::string target_ = "auto";
  std::vector<std::string> excluded_;
  std::vector<std::string> shapes_;
  bool per_tensor_ = false;
  bool reduce_range_ = false;
  bool float_products_ = false;
  bool keep_slower_ = false;
  std::filesystem::path html_;
  bool json_ = false;
};

}  // namespace slipway::app
