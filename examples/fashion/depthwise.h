// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/training/network.h"

#include <vector>

namespace slipway::examples {

/// A depthwise-separable network as Howard et al., "MobileNets" (2017), 54,346 parameters: a
/// 3×3 convolution, then five blocks of 3×3 depthwise and 1×1 convolution, each with batch
/// normalization and ReLU, the mean over all places, and one fully-connected layer.
class DepthwiseNet final : public Network {
 public:
  DepthwiseNet();
  torch::Tensor forward(const torch::Tensor& image) override;
  TrainingOptions Training() const override;
  graph::Model ToOnnx() override;

 private:
  /// A convolution, its normalization and a ReLU.
  struct Stage {
    torch::nn::Conv2d conv;
    torch::nn::BatchNorm2d norm;
  };

  void AddStage(const torch::nn::Conv2dOptions& options);

  std::vector<Stage> stages_;
  torch::nn::Linear logits_;
};

}  // namespace slipway::examples
