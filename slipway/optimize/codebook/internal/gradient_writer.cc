// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/gradient_writer.h"

#include "slipway/optimize/codebook/internal/onnx_numbers.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace slipway::codebook {
namespace {

// What these give does not move with the numbers they take in.
bool HasNoDerivative(const graph::Node& node) {
  return node.domain.empty() && (node.op_type == "Shape" || node.op_type == "Size");
}

}  // namespace

GradientWriter::GradientWriter(graph::Model& model, std::span<const std::string> parameters)
    : graph_(model.graph),
      opset_(model.OpsetVersion()),
      values_(graph::InferValues(model)),
      names_(graph_) {
  FindActive(parameters);
}

void GradientWriter::FindActive(std::span<const std::string> parameters) {
  active_.insert(parameters.begin(), parameters.end());
  for (const graph::Node& node : graph_.nodes) {
    if (IsAnyActive(node.inputs) && !HasNoDerivative(node)) {
      active_.insert(node.outputs.begin(), node.outputs.end());
    }
  }
}

bool GradientWriter::IsAnyActive(std::span<const std::string> values) const {
  return std::ranges::any_of(values, [&](const auto& value) { return IsActive(value); });
}

const Tensor* GradientWriter::FindInitializer(std::string_view value) const {
  return graph_.FindInitializer(value);
}

std::optional<std::vector<std::int64_t>> GradientWriter::SizesOf(std::string_view value) const {
  const auto found = values_.find(value);
  if (found == values_.end() || !found->second.shape) return std::nullopt;
  std::vector<std::int64_t> sizes;
  for (const graph::Dimension& dimension : *found->second.shape) {
    sizes.push_back(dimension.size.value_or(-1));
  }
  return sizes;
}

std::optional<std::size_t> GradientWriter::RankOf(std::string_view value) const {
  const auto sizes = SizesOf(value);
  if (!sizes) return std::nullopt;
  return sizes->size();
}

std::optional<std::vector<std::int64_t>> GradientWriter::ConstantInput(const graph::Node& node,
                                                                       std::size_t input) const {
  const Tensor* const constant = FindInitializer(node.inputs[input]);
  if (constant == nullptr || constant->dtype() != DataType::kInt64) return std::nullopt;
  const auto numbers = constant->elements<std::int64_t>();
  return std::vector<std::int64_t>(numbers.begin(), numbers.end());
}

const std::string* GradientWriter::FindGradient(std::string_view value) const {
  const auto found = gradients_.find(value);
  return found == gradients_.end() ? nullptr : &found->second;
}

void GradientWriter::Take(const std::string& value, const std::string& gradient) {
  if (!IsActive(value)) return;
  const auto [known, is_first] = gradients_.try_emplace(value, gradient);
  if (!is_first) known->second = Add("Add", {known->second, gradient});
}

void GradientWriter::TakeBroadcast(const std::string& value, const std::string& gradient,
                                   std::optional<std::size_t> rank) {
  if (!IsActive(value)) return;
  const auto sizes = SizesOf(value);
  std::vector<std::int64_t> repeated;
  if (sizes && rank && sizes->size() <= *rank) {
    const std::size_t missing = *rank - sizes->size();
    for (std::size_t axis = 0; axis < *rank; ++axis) {
      if (axis < missing || (*sizes)[axis - missing] == 1) {
        repeated.push_back(static_cast<std::int64_t>(axis));
      }
    }
  }
  Take(value, LikeShape(repeated.empty() ? gradient : SumOver(gradient, repeated), value));
}

std::string GradientWriter::Add(std::string op_type, std::vector<std::string> inputs,
                                std::vector<graph::Attribute> attributes) {
  graph::Node node;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {NewName("gradient")};
  node.attributes = std::move(attributes);
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs[0];
}

std::string GradientWriter::ToFloat(std::string value) {
  return Add("Cast", {std::move(value)}, {{"to", kOnnxFloat}});
}

std::string GradientWriter::LikeShape(const std::string& value, const std::string& like) {
  return Add("Reshape", {value, Add("Shape", {like})});
}

std::string GradientWriter::SumOver(const std::string& value, const std::vector<std::int64_t>& axes,
                                    bool keeps) {
  const graph::Attribute keeps_dimensions = {"keepdims", std::int64_t{keeps ? 1 : 0}};
  if (opset_ >= kAxesAsInputOpset) {
    return Add("ReduceSum", {value, Sizes(axes)}, {keeps_dimensions});
  }
  return Add("ReduceSum", {value}, {keeps_dimensions, {"axes", axes}});
}

std::string GradientWriter::Sizes(const std::vector<std::int64_t>& sizes) {
  std::string name = NewName("constant");
  graph_.initializers[name] =
      std::make_shared<const Tensor>(Tensor::Of<std::int64_t>(Shape({std::ssize(sizes)}), sizes));
  return name;
}

std::string GradientWriter::Floats(const Shape& shape, const std::vector<float>& numbers) {
  std::string name = NewName("constant");
  graph_.initializers[name] = std::make_shared<const Tensor>(Tensor::Of<float>(shape, numbers));
  return name;
}

std::string GradientWriter::OutputBeside(const std::string& value, std::size_t index) {
  const auto node = std::ranges::find_if(graph_.nodes, [&](const graph::Node& each) {
    return std::ranges::find(each.outputs, value) != each.outputs.end();
  });
  if (node->outputs.size() <= index) node->outputs.resize(index + 1);
  std::string& name = node->outputs[index];
  if (name.empty()) name = NewName("beside");
  return name;
}

}  // namespace slipway::codebook
