// SPDX-License-Identifier: Apache-2.0
#include "examples/digits/lenet.h"

#include "examples/training/onnx_builder.h"

namespace slipway::examples {
namespace {

namespace nn = torch::nn;

// A mirrored digit is none.
constexpr TrainingOptions kTraining = {
    .epochs = 10, .peak_learning_rate = 0.003, .max_shift = 1, .mirror = false};

std::string NormalizedDigit(OnnxBuilder& onnx) {
  return onnx.Normalize(OnnxBuilder::kImage, kDigitPixels.mean, kDigitPixels.deviation);
}

}  // namespace

Lenet300::Lenet300() : hidden1_(784, 300), hidden2_(300, 100), logits_(100, 10) {
  register_module("hidden1", hidden1_);
  register_module("hidden2", hidden2_);
  register_module("logits", logits_);
}

torch::Tensor Lenet300::forward(const torch::Tensor& image) {
  const torch::Tensor pixels = Normalized(image, kDigitPixels).flatten(1);
  return logits_(torch::relu(hidden2_(torch::relu(hidden1_(pixels)))));
}

TrainingOptions Lenet300::Training() const { return kTraining; }

graph::Model Lenet300::ToOnnx() {
  OnnxBuilder onnx;
  std::string last = onnx.Add("Flatten", "flatten", {NormalizedDigit(onnx)});
  last = onnx.Add("Relu", "relu1", {onnx.FullyConnected("hidden1", last, hidden1_)});
  last = onnx.Add("Relu", "relu2", {onnx.FullyConnected("hidden2", last, hidden2_)});
  onnx.FullyConnected("logits", last, logits_);
  return onnx.Finish("lenet_300_100");
}

Lenet5::Lenet5()
    : conv1_(nn::Conv2dOptions(1, 20, 5)),
      conv2_(nn::Conv2dOptions(20, 50, 5)),
      hidden_(800, 500),
      logits_(500, 10) {
  register_module("conv1", conv1_);
  register_module("conv2", conv2_);
  register_module("hidden", hidden_);
  register_module("logits", logits_);
}

torch::Tensor Lenet5::forward(const torch::Tensor& image) {
  torch::Tensor x = torch::max_pool2d(conv1_(Normalized(image, kDigitPixels)), 2);
  x = torch::max_pool2d(conv2_(x), 2);
  return logits_(torch::relu(hidden_(x.flatten(1))));
}

TrainingOptions Lenet5::Training() const { return kTraining; }

graph::Model Lenet5::ToOnnx() {
  OnnxBuilder onnx;
  std::string last =
      onnx.Pool("MaxPool", "pool1", onnx.Convolution("conv1", NormalizedDigit(onnx), conv1_));
  last = onnx.Pool("MaxPool", "pool2", onnx.Convolution("conv2", last, conv2_));
  last = onnx.Add("Flatten", "flatten", {last});
  last = onnx.Add("Relu", "relu", {onnx.FullyConnected("hidden", last, hidden_)});
  onnx.FullyConnected("logits", last, logits_);
  return onnx.Finish("lenet_5");
}

}  // namespace slipway::examples
