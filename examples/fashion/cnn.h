// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

namespace slipway::examples {

/// The mean and standard deviation of the training images' pixels, with pixels in 0..1.
inline constexpr float kPixelMean = 0.2860F;
inline constexpr float kPixelDeviation = 0.3530F;

/// A small convolutional network for 28×28 grey images in 10 classes, about 242,000 parameters:
/// three blocks of 3×3 convolution, batch normalization, ReLU and 2×2 max pooling with 32, 64 and
/// 128 channels, then two fully-connected layers.
struct CnnModule : torch::nn::Module {
  CnnModule();
  /// Maps float32 pixels in 0..1, [n,1,28,28], to float32 logits, [n,10].
  torch::Tensor forward(const torch::Tensor& image);

  torch::nn::Conv2d conv1, conv2, conv3;
  torch::nn::BatchNorm2d norm1, norm2, norm3;
  torch::nn::Dropout dropout;
  torch::nn::Linear hidden, logits;
};
TORCH_MODULE_IMPL(Cnn, CnnModule);

}  // namespace slipway::examples
