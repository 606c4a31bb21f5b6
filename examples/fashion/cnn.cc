// SPDX-License-Identifier: Apache-2.0
#include "examples/fashion/cnn.h"

#include "examples/training/onnx_builder.h"

namespace slipway::examples {
namespace {

namespace nn = torch::nn;

/// A 3×3 convolution without bias: the batch normalization behind it has one.
nn::Conv2d Convolution(std::int64_t from, std::int64_t to) {
  return nn::Conv2d(nn::Conv2dOptions(from, to, 3).padding(1).bias(false));
}

}  // namespace

FashionCnn::FashionCnn()
    : conv1_(Convolution(1, 32)),
      conv2_(Convolution(32, 64)),
      conv3_(Convolution(64, 128)),
      norm1_(32),
      norm2_(64),
      norm3_(128),
      dropout_(0.3),
      hidden_(128 * 3 * 3, 128),
      logits_(128, 10) {
  register_module("conv1", conv1_);
  register_module("norm1", norm1_);
  register_module("conv2", conv2_);
  register_module("norm2", norm2_);
  register_module("conv3", conv3_);
  register_module("norm3", norm3_);
  register_module("hidden", hidden_);
  register_module("dropout", dropout_);
  register_module("logits", logits_);
}

torch::Tensor FashionCnn::forward(const torch::Tensor& image) {
  torch::Tensor x = Normalized(image, kFashionPixels);
  x = torch::max_pool2d(torch::relu(norm1_(conv1_(x))), 2);
  x = torch::max_pool2d(torch::relu(norm2_(conv2_(x))), 2);
  x = torch::max_pool2d(torch::relu(norm3_(conv3_(x))), 2);
  return logits_(dropout_(torch::relu(hidden_(x.flatten(1)))));
}

graph::Model FashionCnn::ToOnnx() {
  OnnxBuilder onnx;
  std::string last =
      onnx.Normalize(OnnxBuilder::kImage, kFashionPixels.mean, kFashionPixels.deviation);
  const auto add_block = [&](const std::string& number, nn::Conv2d& conv, nn::BatchNorm2d& norm) {
    last = onnx.Convolution("conv" + number, last, conv);
    last = onnx.BatchNorm("norm" + number, last, norm);
    last = onnx.Add("Relu", "relu" + number, {last});
    last = onnx.Pool("MaxPool", "pool" + number, last);
  };
  add_block("1", conv1_, norm1_);
  add_block("2", conv2_, norm2_);
  add_block("3", conv3_, norm3_);
  last = onnx.Add("Flatten", "flatten", {last});
  last = onnx.FullyConnected("hidden", last, hidden_);
  last = onnx.Add("Relu", "relu4", {last});
  onnx.FullyConnected("logits", last, logits_);
  return onnx.Finish("fashion_cnn");
}

}  // namespace slipway::examples
