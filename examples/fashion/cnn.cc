// SPDX-License-Identifier: Apache-2.0
#include "examples/fashion/cnn.h"

namespace slipway::examples {
namespace {

namespace nn = torch::nn;

/// A 3×3 convolution without bias: the batch normalization behind it has one.
nn::Conv2d Convolution(std::int64_t from, std::int64_t to) {
  return nn::Conv2d(nn::Conv2dOptions(from, to, 3).padding(1).bias(false));
}

}  // namespace

CnnModule::CnnModule()
    : conv1(Convolution(1, 32)),
      conv2(Convolution(32, 64)),
      conv3(Convolution(64, 128)),
      norm1(32),
      norm2(64),
      norm3(128),
      dropout(0.3),
      hidden(128 * 3 * 3, 128),
      logits(128, 10) {
  register_module("conv1", conv1);
  register_module("norm1", norm1);
  register_module("conv2", conv2);
  register_module("norm2", norm2);
  register_module("conv3", conv3);
  register_module("norm3", norm3);
  register_module("hidden", hidden);
  register_module("dropout", dropout);
  register_module("logits", logits);
}

torch::Tensor CnnModule::forward(const torch::Tensor& image) {
  torch::Tensor x = (image - kPixelMean) / kPixelDeviation;
  x = torch::max_pool2d(torch::relu(norm1(conv1(x))), 2);
  x = torch::max_pool2d(torch::relu(norm2(conv2(x))), 2);
  x = torch::max_pool2d(torch::relu(norm3(conv3(x))), 2);
  return logits(dropout(torch::relu(hidden(x.flatten(1)))));
}

}  // namespace slipway::examples
