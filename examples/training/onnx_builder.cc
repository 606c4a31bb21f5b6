// SPDX-License-Identifier: Apache-2.0
#include "examples/training/onnx_builder.h"

#include <utility>

namespace slipway::examples {
namespace {

using graph::Attribute;
using graph::Dimension;
using Ints = std::vector<std::int64_t>;

template <typename T>
graph::ConstantTensor Packed(const torch::Tensor& values, torch::ScalarType type) {
  const torch::Tensor packed = values.data().to(type).contiguous();
  const Result<Shape> shape = Shape::Create({packed.sizes().data(), packed.sizes().size()});
  return std::make_shared<const Tensor>(
      Tensor::Of<T>(*shape, std::span<const T>(static_cast<const T*>(packed.data_ptr()),
                                               static_cast<std::size_t>(packed.numel()))));
}

graph::ValueInfo Float32Value(std::string name, std::vector<Dimension> shape) {
  return {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::move(shape)};
}

}  // namespace

std::string OnnxBuilder::Add(std::string op_type, const std::string& name,
                             std::vector<std::string> inputs, std::vector<Attribute> attributes) {
  graph_.nodes.push_back({.name = name,
                          .op_type = std::move(op_type),
                          .inputs = std::move(inputs),
                          .outputs = {name + "_out"},
                          .attributes = std::move(attributes)});
  return graph_.nodes.back().outputs.front();
}

std::string OnnxBuilder::Constant(const std::string& name, const torch::Tensor& values) {
  graph_.initializers[name] = values.scalar_type() == torch::kLong
                                  ? Packed<std::int64_t>(values, torch::kLong)
                                  : Packed<float>(values, torch::kFloat);
  return name;
}

std::string OnnxBuilder::Normalize(const std::string& input, float mean, float deviation) {
  const std::string centred =
      Add("Sub", "center", {input, Constant("pixel.mean", torch::tensor(mean))});
  return Add("Div", "scale", {centred, Constant("pixel.deviation", torch::tensor(deviation))});
}

std::string OnnxBuilder::Convolution(const std::string& name, const std::string& input,
                                     torch::nn::Conv2d& convolution) {
  const auto& options = convolution->options;
  std::vector<std::string> inputs = {input, Constant(name + ".weight", convolution->weight)};
  if (options.bias()) inputs.push_back(Constant(name + ".bias", convolution->bias));
  const auto& pads = c10::get<torch::ExpandingArray<2>>(options.padding());
  std::vector<Attribute> attributes = {
      {"kernel_shape", Ints{options.kernel_size()->at(0), options.kernel_size()->at(1)}},
      {"pads", Ints{pads->at(0), pads->at(1), pads->at(0), pads->at(1)}}};
  if (options.stride()->at(0) > 1) {
    attributes.push_back({"strides", Ints{options.stride()->at(0), options.stride()->at(1)}});
  }
  if (options.groups() > 1) attributes.push_back({"group", options.groups()});
  return Add("Conv", name, std::move(inputs), std::move(attributes));
}

std::string OnnxBuilder::BatchNorm(const std::string& name, const std::string& input,
                                   torch::nn::BatchNorm2d& norm) {
  return Add("BatchNormalization", name,
             {input, Constant(name + ".scale", norm->weight), Constant(name + ".bias", norm->bias),
              Constant(name + ".mean", norm->running_mean),
              Constant(name + ".variance", norm->running_var)},
             {{"epsilon", static_cast<float>(norm->options.eps())}});
}

std::string OnnxBuilder::Pool(const std::string& op_type, const std::string& name,
                              const std::string& input) {
  return Add(op_type, name, {input}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
}

std::string OnnxBuilder::FullyConnected(const std::string& name, const std::string& input,
                                        torch::nn::Linear& linear) {
  return Add(
      "Gemm", name,
      {input, Constant(name + ".weight", linear->weight), Constant(name + ".bias", linear->bias)},
      {{"transB", std::int64_t{1}}});
}

std::string OnnxBuilder::Project(const std::string& name, const std::string& input,
                                 torch::nn::Linear& linear) {
  const std::string product =
      Add("MatMul", name, {input, Constant(name + ".weight", linear->weight.t())});
  return Add("Add", name + "_bias", {product, Constant(name + ".bias", linear->bias)});
}

graph::Model OnnxBuilder::Finish(const std::string& name) {
  graph_.nodes.back().outputs = {"logits"};
  graph::Model model;
  model.opsets[""] = 17;
  model.producer_name = "slipway";
  model.graph = std::move(graph_);
  model.graph.name = name;
  const Dimension batch{.size = std::nullopt, .name = "n"};
  const auto fixed = [](std::int64_t size) { return Dimension{.size = size, .name = ""}; };
  model.graph.inputs = {Float32Value(kImage, {batch, fixed(1), fixed(28), fixed(28)})};
  model.graph.outputs = {Float32Value("logits", {batch, fixed(10)})};
  return model;
}

}  // namespace slipway::examples
