// SPDX-License-Identifier: Apache-2.0
#include "examples/fashion/cnn_to_onnx.h"

#include <string>
#include <utility>
#include <vector>

namespace slipway::examples {
namespace {

using graph::Attribute;
using graph::Dimension;

graph::ConstantTensor ConstantOf(const torch::Tensor& values) {
  const torch::Tensor packed = values.data().to(torch::kFloat).contiguous();
  const Result<Shape> shape = Shape::Create({packed.sizes().data(), packed.sizes().size()});
  return std::make_shared<const Tensor>(Tensor::Of<float>(
      *shape, {packed.data_ptr<float>(), static_cast<std::size_t>(packed.numel())}));
}

/// Builds a chain of nodes, each fed by the one before it.
class ChainBuilder {
 public:
  explicit ChainBuilder(std::string input) : last_(std::move(input)) {}

  void AddNode(std::string op_type, std::string name, const std::vector<std::string>& constants,
               std::vector<Attribute> attributes = {}) {
    graph::Node node{.name = name,
                     .op_type = std::move(op_type),
                     .inputs = {last_},
                     .outputs = {name + "_out"},
                     .attributes = std::move(attributes)};
    node.inputs.insert(node.inputs.end(), constants.begin(), constants.end());
    last_ = node.outputs.front();
    graph_.nodes.push_back(std::move(node));
  }

  std::string AddConstant(std::string name, const torch::Tensor& values) {
    graph_.initializers.emplace(name, ConstantOf(values));
    return name;
  }

  /// Names the end of the chain `output` and hands the graph over.
  graph::Graph Finish(const std::string& output) {
    graph_.nodes.back().outputs = {output};
    return std::move(graph_);
  }

 private:
  graph::Graph graph_;
  std::string last_;
};

void AddBlock(ChainBuilder& chain, const std::string& number, torch::nn::Conv2d& conv,
              torch::nn::BatchNorm2d& norm) {
  using Ints = std::vector<std::int64_t>;
  const std::string norm_name = "norm" + number;
  chain.AddNode("Conv", "conv" + number,
                {chain.AddConstant("conv" + number + ".weight", conv->weight)},
                {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
  chain.AddNode("BatchNormalization", norm_name,
                {chain.AddConstant(norm_name + ".scale", norm->weight),
                 chain.AddConstant(norm_name + ".bias", norm->bias),
                 chain.AddConstant(norm_name + ".mean", norm->running_mean),
                 chain.AddConstant(norm_name + ".variance", norm->running_var)},
                {{"epsilon", static_cast<float>(norm->options.eps())}});
  chain.AddNode("Relu", "relu" + number, {});
  chain.AddNode("MaxPool", "pool" + number, {},
                {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
}

void AddFullyConnected(ChainBuilder& chain, const std::string& name, torch::nn::Linear& linear) {
  chain.AddNode("Gemm", name,
                {chain.AddConstant(name + ".weight", linear->weight),
                 chain.AddConstant(name + ".bias", linear->bias)},
                {{"transB", std::int64_t{1}}});
}

graph::ValueInfo Float32Value(std::string name, std::vector<Dimension> shape) {
  return {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::move(shape)};
}

}  // namespace

graph::Model CnnToOnnx(CnnModule& cnn) {
  ChainBuilder chain("image");
  chain.AddNode("Sub", "center", {chain.AddConstant("pixel.mean", torch::tensor(kPixelMean))});
  chain.AddNode("Div", "scale",
                {chain.AddConstant("pixel.deviation", torch::tensor(kPixelDeviation))});
  AddBlock(chain, "1", cnn.conv1, cnn.norm1);
  AddBlock(chain, "2", cnn.conv2, cnn.norm2);
  AddBlock(chain, "3", cnn.conv3, cnn.norm3);
  chain.AddNode("Flatten", "flatten", {});
  AddFullyConnected(chain, "hidden", cnn.hidden);
  chain.AddNode("Relu", "relu4", {});
  AddFullyConnected(chain, "logits", cnn.logits);

  graph::Model model;
  model.opsets[""] = 17;
  model.producer_name = "slipway";
  model.graph = chain.Finish("logits");
  model.graph.name = "fashion_cnn";
  const Dimension batch{.size = std::nullopt, .name = "n"};
  const auto fixed = [](std::int64_t size) { return Dimension{.size = size, .name = ""}; };
  model.graph.inputs = {Float32Value("image", {batch, fixed(1), fixed(28), fixed(28)})};
  model.graph.outputs = {Float32Value("logits", {batch, fixed(10)})};
  return model;
}

}  // namespace slipway::examples
