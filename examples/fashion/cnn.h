// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/training/network.h"

namespace slipway::examples {

/// A small convolutional network, about 242,000 parameters: three blocks of 3×3 convolution, batch
/// normalization, ReLU and 2×2 max pooling with 32, 64 and 128 channels, then two fully-connected
/// layers.
class FashionCnn final : public Network {
 public:
  FashionCnn();
  torch::Tensor forward(const torch::Tensor& image) override;
  graph::Model ToOnnx() override;

 private:
  torch::nn::Conv2d conv1_, conv2_, conv3_;
  torch::nn::BatchNorm2d norm1_, norm2_, norm3_;
  torch::nn::Dropout dropout_;
  torch::nn::Linear hidden_, logits_;
};

}  // namespace slipway::examples
