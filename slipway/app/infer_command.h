// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/app/adapted_data.h"
#include "slipway/app/command.h"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::app {

/// `slipway infer`: asks a running server for predictions of samples of a data set.
class InferCommand final : public Command {
 public:
  std::string_view name() const override { return "infer"; }
  std::string_view summary() const override {
    return "Ask a running server (Slipway, Triton or another KServe v2 server) for predictions";
  }
  void AddOptions(Options& verb) override;
  Status Run(Terminal& terminal) override;

 private:
  /// The samples that were asked for, in the form that the model takes.
  Result<Tensor> ReadSamples(const api::client::ModelDescription& model) const;
  void PrintAnswer(const api::client::InferAnswer& answer, Terminal& terminal) const;

  std::string url_ = "http://127.0.0.1:8000";
  std::string model_;
  std::string version_;
  DataFlags data_;
  std::size_t first_ = 0;
  std::size_t count_ = 1;
  api::client::TensorEncoding encoding_ = api::client::TensorEncoding::kBinary;
  bool json_ = false;
};

}  // namespace slipway::app
