// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/training/network.h"

#include <array>

namespace slipway::examples {

/// A small transformer encoder over 49 patches of 4×4 pixels, about 72,000 parameters: two layers
/// of Vaswani et al., "Attention is all you need" (2017), with the normalization in front, four
/// heads and 64 channels; then the mean over all patches and one fully-connected layer.
class EncoderNet final : public Network {
 public:
  EncoderNet();
  torch::Tensor forward(const torch::Tensor& image) override;
  TrainingOptions Training() const override;
  graph::Model ToOnnx() override;

  /// One layer: attention and a feed-forward part, each added to what came in.
  struct Layer : torch::nn::Module {
    Layer();
    torch::Tensor forward(const torch::Tensor& tokens);

    torch::nn::LayerNorm norm1, norm2;
    torch::nn::Linear query, key, value, out, up, down;
  };

 private:
  torch::nn::Conv2d embed_;
  torch::Tensor places_;
  std::array<std::shared_ptr<Layer>, 2> layers_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear logits_;
};

}  // namespace slipway::examples
