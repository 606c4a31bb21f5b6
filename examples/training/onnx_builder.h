// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <torch/torch.h>

#include <string>
#include <vector>

namespace slipway::examples {

/// Writes a trained network as ONNX, node by node. Values are told by their names.
class OnnxBuilder {
 public:
  /// What the model is fed: float32 [n,1,28,28].
  static constexpr const char* kImage = "image";

  /// Adds a node and returns the name of its output.
  std::string Add(std::string op_type, const std::string& name, std::vector<std::string> inputs,
                  std::vector<graph::Attribute> attributes = {});
  /// Adds a float32 or int64 constant and returns its name.
  std::string Constant(const std::string& name, const torch::Tensor& values);

  /// Takes `mean` from `input` and divides by `deviation`.
  std::string Normalize(const std::string& input, float mean, float deviation);
  /// A convolution with the name, padding, stride and groups of `convolution`.
  std::string Convolution(const std::string& name, const std::string& input,
                          torch::nn::Conv2d& convolution);
  std::string BatchNorm(const std::string& name, const std::string& input,
                        torch::nn::BatchNorm2d& norm);
  std::string Pool(const std::string& op_type, const std::string& name, const std::string& input);
  /// Of a matrix [n,k].
  std::string FullyConnected(const std::string& name, const std::string& input,
                             torch::nn::Linear& linear);
  /// Of the last axis of a tensor of any rank.
  std::string Project(const std::string& name, const std::string& input, torch::nn::Linear& linear);

  /// The model called `name` whose output is the output of the node added last.
  graph::Model Finish(const std::string& name);

 private:
  graph::Graph graph_;
};

}  // namespace slipway::examples
