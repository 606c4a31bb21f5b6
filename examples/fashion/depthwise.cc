// SPDX-License-Identifier: Apache-2.0
#include "examples/fashion/depthwise.h"

#include "examples/training/onnx_builder.h"

namespace slipway::examples {
namespace {

namespace nn = torch::nn;

/// A block: from one number of channels to another, and by how much it shrinks the image.
struct Block {
  std::int64_t from;
  std::int64_t to;
  std::int64_t stride;
};

constexpr std::int64_t kFirst = 32;
constexpr std::int64_t kLast = 128;
constexpr Block kBlocks[] = {
    {kFirst, 64, 2}, {64, 64, 1}, {64, 128, 2}, {128, 128, 1}, {128, kLast, 1}};

}  // namespace

DepthwiseNet::DepthwiseNet() : logits_(kLast, 10) {
  AddStage(nn::Conv2dOptions(1, kFirst, 3).padding(1));
  for (const Block& block : kBlocks) {
    AddStage(nn::Conv2dOptions(block.from, block.from, 3)
                 .padding(1)
                 .stride(block.stride)
                 .groups(block.from));
    AddStage(nn::Conv2dOptions(block.from, block.to, 1));
  }
  register_module("logits", logits_);
}

void DepthwiseNet::AddStage(const nn::Conv2dOptions& options) {
  const std::string number = std::to_string(stages_.size());
  nn::Conv2d conv(nn::Conv2dOptions(options).bias(false));
  nn::BatchNorm2d norm(options.out_channels());
  stages_.push_back(
      {register_module("conv" + number, conv), register_module("norm" + number, norm)});
}

TrainingOptions DepthwiseNet::Training() const {
  return {.epochs = 10, .peak_learning_rate = 0.006};
}

torch::Tensor DepthwiseNet::forward(const torch::Tensor& image) {
  torch::Tensor x = Normalized(image, kFashionPixels);
  for (Stage& stage : stages_) x = torch::relu(stage.norm(stage.conv(x)));
  return logits_(x.mean({2, 3}));
}

graph::Model DepthwiseNet::ToOnnx() {
  OnnxBuilder onnx;
  std::string last =
      onnx.Normalize(OnnxBuilder::kImage, kFashionPixels.mean, kFashionPixels.deviation);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const std::string number = std::to_string(i);
    last = onnx.Convolution("conv" + number, last, stages_[i].conv);
    last = onnx.BatchNorm("norm" + number, last, stages_[i].norm);
    last = onnx.Add("Relu", "relu" + number, {last});
  }
  last = onnx.Add("GlobalAveragePool", "mean", {last});
  last = onnx.Add("Flatten", "flatten", {last});
  onnx.FullyConnected("logits", last, logits_);
  return onnx.Finish("fashion_depthwise");
}

}  // namespace slipway::examples
