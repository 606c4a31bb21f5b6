// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/training/network.h"

namespace slipway::examples {

/// LeNet-300-100 of LeCun et al., "Gradient-based learning applied to document recognition" (1998):
/// three fully-connected layers, 266,610 parameters.
class Lenet300 final : public Network {
 public:
  Lenet300();
  torch::Tensor forward(const torch::Tensor& image) override;
  TrainingOptions Training() const override;
  graph::Model ToOnnx() override;

 private:
  torch::nn::Linear hidden1_, hidden2_, logits_;
};

/// LeNet-5 in the form that papers on compression measure: two 5×5 convolutions of 20 and 50
/// channels with max pooling, and two fully-connected layers, 431,080 parameters.
class Lenet5 final : public Network {
 public:
  Lenet5();
  torch::Tensor forward(const torch::Tensor& image) override;
  TrainingOptions Training() const override;
  graph::Model ToOnnx() override;

 private:
  torch::nn::Conv2d conv1_, conv2_;
  torch::nn::Linear hidden_, logits_;
};

}  // namespace slipway::examples
