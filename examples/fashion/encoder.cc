// SPDX-License-Identifier: Apache-2.0
#include "examples/fashion/encoder.h"

#include "examples/training/onnx_builder.h"

#include <cmath>

namespace slipway::examples {
namespace {

namespace nn = torch::nn;

constexpr std::int64_t kPatch = 4;
constexpr std::int64_t kTokens = 49;
constexpr std::int64_t kWidth = 64;
constexpr std::int64_t kHeads = 4;
constexpr std::int64_t kHeadWidth = kWidth / kHeads;
constexpr std::int64_t kInner = 128;

nn::LayerNorm Norm() { return nn::LayerNorm(nn::LayerNormOptions({kWidth})); }

/// Writes a layer, value by value.
class LayerWriter {
 public:
  LayerWriter(OnnxBuilder& onnx, EncoderNet::Layer& layer, std::string prefix)
      : onnx_(onnx), layer_(layer), prefix_(std::move(prefix)) {}

  std::string Write(const std::string& tokens) {
    const std::string attended = onnx_.Add(
        "Add", Named("attended"), {tokens, Attend(Normalized("norm1", tokens, layer_.norm1))});
    const std::string inner =
        onnx_.Project(Named("up"), Normalized("norm2", attended, layer_.norm2), layer_.up);
    const std::string active = onnx_.Add("Relu", Named("relu"), {inner});
    return onnx_.Add("Add", Named("fed"),
                     {attended, onnx_.Project(Named("down"), active, layer_.down)});
  }

  static std::string Normalize(OnnxBuilder& onnx, const std::string& name, const std::string& input,
                               nn::LayerNorm& norm) {
    return onnx.Add(
        "LayerNormalization", name,
        {input, onnx.Constant(name + ".scale", norm->weight),
         onnx.Constant(name + ".bias", norm->bias)},
        {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(norm->options.eps())}});
  }

 private:
  std::string Named(const std::string& name) const { return prefix_ + "." + name; }

  std::string Normalized(const std::string& name, const std::string& input, nn::LayerNorm& norm) {
    return Normalize(onnx_, Named(name), input, norm);
  }

  std::string Transposed(const std::string& name, const std::string& input,
                         std::vector<std::int64_t> order) {
    return onnx_.Add("Transpose", Named(name), {input}, {{"perm", std::move(order)}});
  }

  /// `projected`, [n,tokens,width], as [n,heads,...] in the given order of axes.
  std::string Heads(const std::string& name, const std::string& projected,
                    std::vector<std::int64_t> order) {
    const std::string shape =
        onnx_.Constant(Named(name + ".shape"),
                       torch::tensor({std::int64_t{0}, kTokens, kHeads, kHeadWidth}, torch::kLong));
    return Transposed(name + ".heads",
                      onnx_.Add("Reshape", Named(name + ".split"), {projected, shape}),
                      std::move(order));
  }

  std::string Attend(const std::string& input) {
    const std::string query =
        Heads("query", onnx_.Project(Named("query"), input, layer_.query), {0, 2, 1, 3});
    const std::string key =
        Heads("key", onnx_.Project(Named("key"), input, layer_.key), {0, 2, 3, 1});
    const std::string value =
        Heads("value", onnx_.Project(Named("value"), input, layer_.value), {0, 2, 1, 3});
    const std::string scores = onnx_.Add("MatMul", Named("scores"), {query, key});
    const float factor = 1 / std::sqrt(static_cast<float>(kHeadWidth));
    const std::string scaled = onnx_.Add(
        "Mul", Named("scaled"), {scores, onnx_.Constant(Named("factor"), torch::tensor(factor))});
    const std::string weights =
        onnx_.Add("Softmax", Named("weights"), {scaled}, {{"axis", std::int64_t{-1}}});
    const std::string mixed = onnx_.Add("MatMul", Named("mixed"), {weights, value});
    const std::string shape = onnx_.Constant(
        Named("joined.shape"), torch::tensor({std::int64_t{0}, kTokens, kWidth}, torch::kLong));
    const std::string joined = onnx_.Add("Reshape", Named("joined"),
                                         {Transposed("mixed.tokens", mixed, {0, 2, 1, 3}), shape});
    return onnx_.Project(Named("out"), joined, layer_.out);
  }

  OnnxBuilder& onnx_;
  EncoderNet::Layer& layer_;
  std::string prefix_;
};

}  // namespace

EncoderNet::Layer::Layer()
    : norm1(Norm()),
      norm2(Norm()),
      query(kWidth, kWidth),
      key(kWidth, kWidth),
      value(kWidth, kWidth),
      out(kWidth, kWidth),
      up(kWidth, kInner),
      down(kInner, kWidth) {
  register_module("norm1", norm1);
  register_module("norm2", norm2);
  register_module("query", query);
  register_module("key", key);
  register_module("value", value);
  register_module("out", out);
  register_module("up", up);
  register_module("down", down);
}

torch::Tensor EncoderNet::Layer::forward(const torch::Tensor& tokens) {
  const auto heads = [&](const torch::Tensor& projected) {
    return projected.view({tokens.size(0), kTokens, kHeads, kHeadWidth}).transpose(1, 2);
  };
  const torch::Tensor input = norm1(tokens);
  const torch::Tensor scores = heads(query(input)).matmul(heads(key(input)).transpose(2, 3)) /
                               std::sqrt(static_cast<double>(kHeadWidth));
  const torch::Tensor mixed = scores.softmax(-1).matmul(heads(value(input)));
  const torch::Tensor attended =
      tokens + out(mixed.transpose(1, 2).reshape({tokens.size(0), kTokens, kWidth}));
  return attended + down(torch::relu(up(norm2(attended))));
}

EncoderNet::EncoderNet()
    : embed_(nn::Conv2dOptions(1, kWidth, kPatch).stride(kPatch)),
      norm_(Norm()),
      logits_(kWidth, 10) {
  register_module("embed", embed_);
  places_ = register_parameter("places", 0.02 * torch::randn({1, kTokens, kWidth}));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i] = register_module("layer" + std::to_string(i), std::make_shared<Layer>());
  }
  register_module("norm", norm_);
  register_module("logits", logits_);
}

TrainingOptions EncoderNet::Training() const { return {.epochs = 15, .peak_learning_rate = 0.003}; }

torch::Tensor EncoderNet::forward(const torch::Tensor& image) {
  torch::Tensor tokens =
      embed_(examples::Normalized(image, kFashionPixels)).flatten(2).transpose(1, 2) + places_;
  for (const auto& layer : layers_) tokens = layer->forward(tokens);
  return logits_(norm_(tokens).mean(1));
}

graph::Model EncoderNet::ToOnnx() {
  OnnxBuilder onnx;
  std::string last =
      onnx.Normalize(OnnxBuilder::kImage, kFashionPixels.mean, kFashionPixels.deviation);
  last = onnx.Convolution("embed", last, embed_);
  const std::string shape = onnx.Constant(
      "patches.shape", torch::tensor({std::int64_t{0}, kWidth, kTokens}, torch::kLong));
  last = onnx.Add("Reshape", "patches", {last, shape});
  last = onnx.Add("Transpose", "tokens", {last}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}});
  last = onnx.Add("Add", "placed", {last, onnx.Constant("places", places_)});
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    last = LayerWriter(onnx, *layers_[i], "layer" + std::to_string(i)).Write(last);
  }
  last = LayerWriter::Normalize(onnx, "norm", last, norm_);
  last = onnx.Add("ReduceMean", "mean", {last},
                  {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", std::int64_t{0}}});
  onnx.FullyConnected("logits", last, logits_);
  return onnx.Finish("fashion_encoder");
}

}  // namespace slipway::examples
