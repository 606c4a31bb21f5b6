// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/load_generator.h"
#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"
#include "slipway/app/synthetic_input.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway bench`: puts a load on a server, or on one in this process, and measures what comes
/// back.
class BenchCommand final : public Command {
 public:
  std::string_view name() const override { return "bench"; }
  std::string_view summary() const override {
    return "Load a server over REST, gRPC or in this process, and measure rates and latencies";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  /// What one number of connections came to.
  struct Measured {
    std::size_t connections = 0;
    api::client::LoadResult result;
  };

  Result<std::vector<Measured>> MeasureServer() const;
  Result<std::vector<Measured>> MeasureThisProcess() const;
  Result<std::vector<NamedTensor>> MakeInputs(const std::vector<runtime::TensorSpec>& inputs) const;
  void Print(const std::vector<Measured>& runs, Terminal& terminal) const;
  std::string Json(const std::vector<Measured>& runs) const;
  bool in_process() const { return !repository_.empty(); }

  std::string url_ = "http://127.0.0.1:8000";
  std::filesystem::path repository_;  ///< Not empty: measure in this process.
  std::string model_;
  std::string version_;
  DataFlags data_;
  std::int64_t batch_ = 1;
  std::vector<std::string> shapes_;
  api::client::TensorEncoding encoding_ = api::client::TensorEncoding::kBinary;
  std::vector<std::size_t> connections_ = {1};
  std::size_t streams_ = 1;
  double rate_ = 0;
  double seconds_ = 10;
  double warmup_seconds_ = 1;
  std::uint64_t seed_ = 1;
  bool json_ = false;
};

}  // namespace slipway::app
