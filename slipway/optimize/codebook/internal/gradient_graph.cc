// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/gradient_graph.h"

#include "slipway/base/format.h"
#include "slipway/graph/unique_names.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/onnx_numbers.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace slipway::codebook {
namespace {

using Done = std::expected<void, std::string>;

// The first opset whose ScatterElements can add.
constexpr std::int64_t kScatterAddOpset = 16;
constexpr std::size_t kSpatial = 2;  // The first spatial dimension of a convolution's tensors.

bool IsFactorOne(const graph::Node& node, std::string_view name) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const float* factor = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return factor == nullptr || *factor == 1;
}

// Whether the windows of a pooling or convolution lie where its "pads" say.
bool HasPlainPadding(const graph::Node& node) {
  const graph::Attribute* const padding = node.FindAttribute("auto_pad");
  if (padding == nullptr) return true;
  const auto* const mode = std::get_if<std::string>(&padding->value);
  return mode != nullptr && (*mode == "NOTSET" || *mode == "VALID");
}

std::vector<std::int64_t> OnesIfEmpty(std::vector<std::int64_t> sizes, std::size_t count) {
  if (sizes.empty()) sizes.assign(count, 1);
  return sizes;
}

class GradientBuilder {
 public:
  explicit GradientBuilder(const graph::Model& model)
      : model_(model), graph_(model_.graph), opset_(model.OpsetVersion()), names_(graph_) {}

  std::expected<graph::Model, std::string> Build(std::span<const std::string> parameters) {
    if (graph_.outputs.size() != 1) {
      return Because(fmt::format("the model has {} outputs", graph_.outputs.size()));
    }
    if (graph_.outputs[0].dtype != DataType::kFloat32) {
      return Because("the output of the model is not float32");
    }
    FindActive(parameters);
    const std::string distance = Distance();
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const graph::Node node = graph_.nodes[i];
      if (node.outputs.empty() || !gradients_.contains(node.outputs[0])) continue;
      if (!std::ranges::any_of(node.inputs, [&](auto& in) { return active_.contains(in); })) {
        continue;
      }
      if (Done done = Differentiate(i, node); !done) return Because(done.error());
    }
    return Finish(parameters, distance);
  }

 private:
  // The values that depend on a parameter.
  void FindActive(std::span<const std::string> parameters) {
    active_.insert(parameters.begin(), parameters.end());
    for (const graph::Node& node : graph_.nodes) {
      if (std::ranges::any_of(node.inputs, [&](auto& in) { return active_.contains(in); })) {
        active_.insert(node.outputs.begin(), node.outputs.end());
      }
    }
  }

  // Begins with the derivative by the output, or by what goes into the softmax that makes it.
  std::string Distance() {
    const graph::ValueInfo output = graph_.outputs[0];
    target_ = output;
    target_.name = names_.ForValue("target");
    if (!output.shape || output.shape->size() != 2) {
      const std::string off = Add("Sub", {output.name, target_.name});
      gradients_[output.name] = off;
      const std::string sum = Add("ReduceSumSquare", {off}, {{"keepdims", std::int64_t{0}}});
      return Add("Mul", {sum, Floats({}, {0.5F})});
    }
    std::string logits = output.name;
    std::string wanted = target_.name;
    const auto made = std::ranges::find_if(graph_.nodes, [&](const graph::Node& node) {
      return !node.outputs.empty() && node.outputs[0] == output.name;
    });
    if (made != graph_.nodes.end() && made->op_type == "Softmax") {
      logits = made->inputs[0];
    } else {
      wanted = Add("Softmax", {target_.name}, {{"axis", std::int64_t{1}}});
    }
    const std::string given = Add("Softmax", {logits}, {{"axis", std::int64_t{1}}});
    gradients_[logits] = Add("Sub", {given, wanted});
    // Probabilities that are zero in float32 have a logarithm then, and their term vanishes.
    constexpr float kLeast = 1e-30F;
    const std::string least = Floats({}, {kLeast});
    const std::string ratio = Add("Sub", {Add("Log", {Add("Max", {wanted, least})}),
                                          Add("Log", {Add("Max", {given, least})})});
    return Add("ReduceSum", {Add("Mul", {wanted, ratio})}, {{"keepdims", std::int64_t{0}}});
  }

  Done Differentiate(std::size_t index, const graph::Node& node) {
    const std::string dy = gradients_.at(node.outputs[0]);
    const std::string& op = node.op_type;
    if (!node.domain.empty()) return Because(fmt::format("no derivative of {} is known", op));
    if (op == "Conv") return Convolution(node, dy);
    if (op == "Gemm") return Gemm(node, dy);
    if (op == "MatMul") return Product(node, dy);
    if (op == "MaxPool") return MaxPool(index, dy);
    if (op == "Add" || op == "Sub" || op == "Mul" || op == "Div") return Arithmetic(node, dy);
    const std::string x = node.inputs[0];
    const std::string y = node.outputs[0];
    const auto rest_is_active = std::any_of(node.inputs.begin() + 1, node.inputs.end(),
                                            [&](auto& in) { return active_.contains(in); });
    if (rest_is_active) return Because(fmt::format("no derivative of {} is known", op));
    if (op == "Relu") {
      Take(x, Add("Mul", {dy, ToFloat(Add("Greater", {y, Floats({}, {0})}))}));
    } else if (op == "Clip") {
      Take(x, Add("Mul", {dy, ToFloat(Add("Equal", {x, y}))}));
    } else if (op == "Sigmoid") {
      Take(x, Add("Mul", {dy, Add("Mul", {y, Add("Sub", {Floats({}, {1}), y})})}));
    } else if (op == "Tanh") {
      Take(x, Add("Mul", {dy, Add("Sub", {Floats({}, {1}), Add("Mul", {y, y})})}));
    } else if (op == "Flatten" || op == "Reshape" || op == "Squeeze" || op == "Unsqueeze" ||
               op == "Identity" || op == "Dropout") {
      Take(x, LikeShape(dy, x));
    } else if (op == "GlobalAveragePool") {
      const std::string count = Add("Div", {Add("Size", {x}), Add("Size", {y})});
      Take(x, Add("Div", {Add("Expand", {dy, Add("Shape", {x})}), ToFloat(count)}));
    } else {
      return Because(fmt::format("no derivative of {} is known", op));
    }
    return {};
  }

  Done Convolution(const graph::Node& node, const std::string& dy) {
    const Tensor* const weight = graph_.FindInitializer(node.inputs[1]);
    const std::int64_t groups = node.IntAttribute("group", 1);
    if (weight == nullptr || !HasPlainPadding(node) || !HasSimpleGroups(*weight, groups)) {
      return Because(
          "no derivative is known of a convolution with several channels in each of its groups, "
          "with padding by name or with a weight that is computed");
    }
    const std::size_t rank = weight->shape().rank() - kSpatial;
    const auto strides = OnesIfEmpty(node.IntsAttribute("strides"), rank);
    const auto dilations = OnesIfEmpty(node.IntsAttribute("dilations"), rank);
    auto pads = node.IntsAttribute("pads");
    if (pads.empty()) pads.assign(2 * rank, 0);
    const bool is_strided = std::ranges::any_of(strides, [](auto stride) { return stride != 1; });
    const std::string& x = node.inputs[0];
    if (active_.contains(x)) {
      auto reached = pads;
      // The last window need not reach as far as the padding, nor all of what is before it.
      if (is_strided) std::fill(reached.begin() + std::ssize(reached) / 2, reached.end(), 0);
      std::string dx = Add(
          "ConvTranspose", {dy, node.inputs[1]},
          {{"strides", strides}, {"dilations", dilations}, {"pads", reached}, {"group", groups}});
      if (is_strided) dx = ResizeLike(dx, x, rank + kSpatial);
      Take(x, dx);
    }
    if (active_.contains(node.inputs[1])) {
      std::vector<std::int64_t> exchanged(rank + kSpatial);
      std::iota(exchanged.begin(), exchanged.end(), 0);
      std::swap(exchanged[0], exchanged[1]);
      std::string samples = Add("Transpose", {x}, {{"perm", exchanged}});
      if (groups > 1) {
        // All samples of a channel are the channels of one group.
        std::vector<std::int64_t> one_sample(rank + kSpatial, 0);  // 0: as it is.
        one_sample[0] = 1;
        one_sample[1] = -1;
        samples = Add("Reshape", {samples, Sizes(one_sample)});
      }
      std::string dw =
          Add("Conv", {samples, Add("Transpose", {dy}, {{"perm", exchanged}})},
              {{"strides", dilations}, {"dilations", strides}, {"pads", pads}, {"group", groups}});
      dw = Add("Transpose", {dw}, {{"perm", exchanged}});
      if (is_strided) dw = Corner(dw, weight->shape());
      Take(node.inputs[1], dw);
    }
    if (node.inputs.size() > 2 && active_.contains(node.inputs[2])) {
      std::vector<std::int64_t> axes(rank + 1);
      std::iota(axes.begin() + 1, axes.end(), 2);
      Take(node.inputs[2], SumOver(dy, axes));
    }
    return {};
  }

  // One group, or depthwise: each channel is a group.
  static bool HasSimpleGroups(const Tensor& weight, std::int64_t groups) {
    return groups == 1 || (weight.shape()[0] == groups && weight.shape()[1] == 1);
  }

  Done Gemm(const graph::Node& node, const std::string& dy) {
    if (!IsFactorOne(node, "alpha") || !IsFactorOne(node, "beta") ||
        node.IntAttribute("transA", 0) != 0) {
      return Because("no derivative is known of a Gemm with factors or a transposed input");
    }
    const std::int64_t is_row_a_channel = node.IntAttribute("transB", 0);
    const std::string& x = node.inputs[0];
    const std::string& w = node.inputs[1];
    if (active_.contains(x)) {
      Take(x, Add("Gemm", {dy, w}, {{"transB", std::int64_t{1} - is_row_a_channel}}));
    }
    if (active_.contains(w)) {
      std::vector<std::string> factors = {x, dy};
      if (is_row_a_channel != 0) std::ranges::reverse(factors);
      Take(w, Add("Gemm", std::move(factors), {{"transA", std::int64_t{1}}}));
    }
    if (node.inputs.size() > 2 && active_.contains(node.inputs[2])) {
      Take(node.inputs[2], SumOver(dy, {0}));
    }
    return {};
  }

  Done Product(const graph::Node& node, const std::string& dy) {
    const std::string& x = node.inputs[0];
    const std::string& w = node.inputs[1];
    const Tensor* const weight = graph_.FindInitializer(w);
    if (weight == nullptr || weight->shape().rank() != 2) {
      return Because("no derivative is known of a MatMul without a constant matrix");
    }
    if (active_.contains(x)) Take(x, Add("MatMul", {dy, Add("Transpose", {w})}));
    if (active_.contains(w)) {
      const std::string rows = Add("Reshape", {x, Sizes({-1, weight->shape()[0]})});
      const std::string dys = Add("Reshape", {dy, Sizes({-1, weight->shape()[1]})});
      Take(w, Add("MatMul", {Add("Transpose", {rows}), dys}));
    }
    return {};
  }

  Done MaxPool(std::size_t index, const std::string& dy) {
    graph::Node& pool = graph_.nodes[index];
    if (opset_ < kScatterAddOpset && !IsApart(pool)) {
      return Because("no derivative is known of a MaxPool with windows that overlap");
    }
    const std::string x = pool.inputs[0];
    if (pool.outputs.size() < 2) pool.outputs.push_back(names_.ForValue("indices"));
    const std::string indices = Add("Reshape", {pool.outputs[1], Sizes({-1})});
    const std::string values = Add("Reshape", {dy, Sizes({-1})});
    const std::string zeros =
        Add("ConstantOfShape", {Add("Reshape", {Add("Size", {x}), Sizes({1})})});
    std::vector<graph::Attribute> adds;
    if (opset_ >= kScatterAddOpset) adds.push_back({"reduction", std::string("add")});
    Take(x, LikeShape(Add("ScatterElements", {zeros, indices, values}, std::move(adds)), x));
    return {};
  }

  static bool IsApart(const graph::Node& pool) {
    const auto kernel = pool.IntsAttribute("kernel_shape");
    const auto strides = OnesIfEmpty(pool.IntsAttribute("strides"), kernel.size());
    for (std::size_t i = 0; i < kernel.size(); ++i) {
      if (i >= strides.size() || kernel[i] > strides[i]) return false;
    }
    return true;
  }

  // With a constant, or of two values of one shape: another one fails at run time.
  Done Arithmetic(const graph::Node& node, const std::string& dy) {
    const bool is_sum = node.op_type == "Add" || node.op_type == "Sub";
    const bool is_first = active_.contains(node.inputs[0]);
    const bool is_second = active_.contains(node.inputs[1]);
    const bool is_linear = is_sum || node.op_type == "Mul" || !is_second;
    const bool moves_constant = std::ranges::any_of(node.inputs, [&](auto& input) {
      return active_.contains(input) && graph_.HasInitializer(input);
    });
    if (moves_constant || !is_linear) {
      return Because(fmt::format("no derivative of this {} is known", node.op_type));
    }
    const auto part = [&](std::size_t of) {
      if (is_sum) return of == 1 && node.op_type == "Sub" ? Add("Neg", {dy}) : dy;
      return Add(node.op_type, {dy, node.inputs[1 - of]});
    };
    if (is_first) Take(node.inputs[0], LikeShape(part(0), node.inputs[0]));
    if (is_second) Take(node.inputs[1], LikeShape(part(1), node.inputs[1]));
    return {};
  }

  std::expected<graph::Model, std::string> Finish(std::span<const std::string> parameters,
                                                  const std::string& distance) {
    graph_.inputs.push_back(target_);
    graph_.outputs = {{.name = distance, .dtype = DataType::kFloat32, .shape = std::nullopt}};
    for (const std::string& parameter : parameters) {
      const auto gradient = gradients_.find(parameter);
      if (gradient == gradients_.end()) {
        return Because(fmt::format("the output does not depend on \"{}\"", parameter));
      }
      graph_.outputs.push_back({.name = Add("Identity", {gradient->second}),
                                .dtype = DataType::kFloat32,
                                .shape = std::nullopt});
      const Tensor& value = *graph_.FindInitializer(parameter);
      graph::ValueInfo input = {
          .name = parameter, .dtype = DataType::kFloat32, .shape = std::vector<graph::Dimension>()};
      for (const std::int64_t size : value.shape().sizes()) {
        input.shape->push_back({.size = size, .name = ""});
      }
      graph_.inputs.push_back(std::move(input));
      graph_.initializers.erase(parameter);
      graph_.initializer_extras.erase(parameter);
    }
    graph_.nodes.insert(graph_.nodes.end(), std::make_move_iterator(nodes_.begin()),
                        std::make_move_iterator(nodes_.end()));
    return std::move(model_);
  }

  std::string Add(std::string op_type, std::vector<std::string> inputs,
                  std::vector<graph::Attribute> attributes = {}) {
    graph::Node node;
    node.op_type = std::move(op_type);
    node.inputs = std::move(inputs);
    node.outputs = {names_.ForValue("gradient")};
    node.attributes = std::move(attributes);
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs[0];
  }

  // Adds `gradient` to what is known of the derivative by `value`.
  void Take(const std::string& value, const std::string& gradient) {
    const auto [known, is_first] = gradients_.try_emplace(value, gradient);
    if (!is_first) known->second = Add("Add", {known->second, gradient});
  }

  std::string ToFloat(std::string value) {
    return Add("Cast", {std::move(value)}, {{"to", kOnnxFloat}});
  }
  std::string LikeShape(const std::string& value, const std::string& like) {
    return Add("Reshape", {value, Add("Shape", {like})});
  }

  // Fills up with zeros at the end of each dimension, or cuts off there.
  std::string ResizeLike(const std::string& value, const std::string& like, std::size_t rank) {
    const std::string missing = Add("Sub", {Add("Shape", {like}), Add("Shape", {value})});
    const std::string zeros = Sizes(std::vector<std::int64_t>(rank));
    return Add("Pad", {value, Add("Concat", {zeros, missing}, {{"axis", std::int64_t{0}}})});
  }

  // The first numbers of `value` along each dimension, as many as `shape` has.
  std::string Corner(const std::string& value, const Shape& shape) {
    const std::vector<std::int64_t> sizes(shape.sizes().begin(), shape.sizes().end());
    return Add("Slice", {value, Sizes(std::vector<std::int64_t>(sizes.size())), Sizes(sizes)});
  }

  std::string SumOver(const std::string& value, const std::vector<std::int64_t>& axes) {
    const graph::Attribute flat = {"keepdims", std::int64_t{0}};
    if (opset_ >= kAxesAsInputOpset) return Add("ReduceSum", {value, Sizes(axes)}, {flat});
    return Add("ReduceSum", {value}, {flat, {"axes", axes}});
  }

  std::string Sizes(const std::vector<std::int64_t>& sizes) {
    return Constant(Tensor::Of<std::int64_t>(Shape({std::ssize(sizes)}), sizes));
  }
  std::string Floats(const Shape& shape, const std::vector<float>& numbers) {
    return Constant(Tensor::Of<float>(shape, numbers));
  }
  std::string Constant(Tensor tensor) {
    std::string name = names_.ForValue("constant");
    graph_.initializers[name] = std::make_shared<const Tensor>(std::move(tensor));
    return name;
  }

  graph::Model model_;
  graph::Graph& graph_;
  const std::int64_t opset_;
  graph::UniqueNames names_;
  std::set<std::string, std::less<>> active_;
  graph::ValueInfo target_;
  std::map<std::string, std::string, std::less<>> gradients_;  // By value: the derivative's name.
  std::vector<graph::Node> nodes_;                             // Of the derivatives.
};

}  // namespace

std::expected<graph::Model, std::string> WithGradients(const graph::Model& model,
                                                       std::span<const std::string> parameters) {
  return GradientBuilder(model).Build(parameters);
}

}  // namespace slipway::codebook
