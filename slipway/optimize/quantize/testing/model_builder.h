// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace slipway::quantize::testing {

/// The channels and the height and width of the kernel of a convolution.
struct ConvolutionSize {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t kernel = 3;
};

/// Builds small models. Random weights are the same in every run.
class ModelBuilder {
 public:
  explicit ModelBuilder(std::int64_t opset = 13) {
    model_.opsets[""] = opset;
    model_.ir_version = 8;
    model_.graph.name = "test";
  }

  /// Adds a float32 input; -1 is a size that is free.
  ModelBuilder& Input(std::string name, const std::vector<std::int64_t>& sizes) {
    model_.graph.inputs.push_back(Describe(std::move(name), sizes));
    return *this;
  }
  /// Adds a float32 output of any shape.
  ModelBuilder& Output(std::string name) {
    model_.graph.outputs.push_back(
        {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::nullopt});
    return *this;
  }
  /// Says of a value in between what shape it has.
  ModelBuilder& Value(std::string name, const std::vector<std::int64_t>& sizes) {
    model_.graph.values.push_back(Describe(std::move(name), sizes));
    return *this;
  }
  ModelBuilder& Floats(const std::string& name, const Shape& shape,
                       const std::vector<float>& values) {
    return Constant(name, Tensor::Of<float>(shape, values));
  }
  ModelBuilder& Integers(const std::string& name, const std::vector<std::int64_t>& values) {
    const Shape shape({static_cast<std::int64_t>(values.size())});
    return Constant(name, Tensor::Of<std::int64_t>(shape, values));
  }
  /// Adds normally distributed weights with the given standard deviation.
  ModelBuilder& RandomFloats(const std::string& name, const Shape& shape, float deviation) {
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values(static_cast<std::size_t>(shape.element_count()));
    for (float& value : values) value = normal(random_);
    return Floats(name, shape, values);
  }
  ModelBuilder& Constant(const std::string& name, Tensor tensor) {
    model_.graph.initializers[name] = std::make_shared<const Tensor>(std::move(tensor));
    return *this;
  }
  /// Adds a node with one output, whose name is also the node's.
  ModelBuilder& Node(std::string op_type, std::vector<std::string> inputs,
                     const std::string& output, std::vector<graph::Attribute> attributes = {}) {
    graph::Node node;
    node.name = output;
    node.op_type = std::move(op_type);
    node.inputs = std::move(inputs);
    node.outputs = {output};
    node.attributes = std::move(attributes);
    model_.graph.nodes.push_back(std::move(node));
    return *this;
  }
  /// Adds a convolution that keeps height and width, with random weights and biases.
  ModelBuilder& Convolution(const std::string& input, const std::string& output,
                            const ConvolutionSize& size) {
    const Shape shape({size.outputs, size.inputs, size.kernel, size.kernel});
    RandomFloats(output + "_weight", shape, std::sqrt(2 / static_cast<float>(shape.row_size())));
    RandomFloats(output + "_bias", Shape({size.outputs}), 0.1F);
    const std::vector<std::int64_t> pads(4, size.kernel / 2);
    return Node("Conv", {input, output + "_weight", output + "_bias"}, output, {{"pads", pads}});
  }

  graph::Model Build() { return model_; }

 private:
  static graph::ValueInfo Describe(std::string name, const std::vector<std::int64_t>& sizes) {
    std::vector<graph::Dimension> dimensions;
    for (const std::int64_t size : sizes) {
      if (size < 0) {
        dimensions.push_back({.size = std::nullopt, .name = "n"});
      } else {
        dimensions.push_back({.size = size, .name = ""});
      }
    }
    return {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::move(dimensions)};
  }

  graph::Model model_;
  std::mt19937 random_{12345};
};

}  // namespace slipway::quantize::testing
