// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/qoperator_rewriter.h"

#include "slipway/graph/graph_index.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/optimize/quantize/internal/operator_role.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::string_view kMicrosoft = "com.microsoft";

// Codes and the initializers that say what they stand for.
struct Codes {
  std::string codes;
  std::string scale;
  std::string zero_point;
};

// The nodes behind an operator that its integer form takes in, and what comes out of them.
struct Ending {
  std::vector<std::size_t> nodes;
  Codes output;
};

// Operators with the operands (x, x_scale, x_zero_point, y_scale, y_zero_point), or twice the first
// three, by the name of what they replace. All are of com.microsoft.
const std::map<std::string_view, std::string_view> kIntegerElementwise = {
    {"Add", "QLinearAdd"},
    {"Mul", "QLinearMul"},
    {"AveragePool", "QLinearAveragePool"},
    {"GlobalAveragePool", "QLinearGlobalAveragePool"},
    {"LeakyRelu", "QLinearLeakyRelu"},
    {"Sigmoid", "QLinearSigmoid"}};

float ZeroPointOf(const Tensor& tensor) {
  return tensor.dtype() == DataType::kUint8 ? static_cast<float>(tensor.elements<std::uint8_t>()[0])
                                            : static_cast<float>(tensor.elements<std::int8_t>()[0]);
}

class Rewriter {
 public:
  explicit Rewriter(graph::Model& model) : model_(model), graph_(model.graph), index_(graph_) {}

  std::size_t Run() && {
    std::size_t replaced = 0;
    absorbed_.resize(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (Replace(i)) ++replaced;
    }
    std::size_t at = 0;
    std::erase_if(graph_.nodes, [&](const graph::Node&) { return absorbed_[at++]; });
    graph::RemoveUnused(graph_);
    return replaced;
  }

 private:
  bool Replace(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    switch (RoleOf(node, graph_)) {
      case OperatorRole::kWeighted:
        if (node.op_type == "Conv") return ReplaceConvolution(i);
        return node.op_type == "Gemm" ? ReplaceGemm(i) : ReplaceMatMul(i);
      case OperatorRole::kComputing:
        return node.op_type == "Concat" ? ReplaceConcat(i) : ReplaceElementwise(i);
      case OperatorRole::kPassing:
        return MoveCodes(i);
      case OperatorRole::kActivation:
      case OperatorRole::kFloat:
        return false;
    }
    return false;
  }

  bool ReplaceConvolution(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<std::vector<Codes>> inputs = InputCodes(node);
    const std::optional<Ending> ending = EndingOf(i);
    if (!inputs || !ending) return false;
    std::vector<std::string> operands;
    Append(operands, inputs->at(0));
    Append(operands, inputs->at(1));
    AppendParameters(operands, ending->output);
    if (inputs->size() > 2) operands.push_back(inputs->at(2).codes);
    node.op_type = "QLinearConv";
    Take(i, std::move(operands), *ending);
    return true;
  }

  bool ReplaceGemm(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<std::vector<Codes>> inputs = InputCodes(node);
    if (!inputs) return false;
    std::vector<std::string> operands;
    Append(operands, inputs->at(0));
    Append(operands, inputs->at(1));
    operands.push_back(inputs->size() > 2 ? inputs->at(2).codes : "");
    // Without a scale for what comes out it gives floats.
    const std::optional<Ending> ending = EndingOf(i);
    if (ending) AppendParameters(operands, ending->output);
    std::erase_if(node.attributes,
                  [](const graph::Attribute& attribute) { return attribute.name == "beta"; });
    node.op_type = "QGemm";
    node.domain = kMicrosoft;
    Take(i, std::move(operands), ending.value_or(Ending{{}, {node.outputs[0], "", ""}}));
    return true;
  }

  bool ReplaceMatMul(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<std::vector<Codes>> inputs = InputCodes(node);
    if (!inputs) return false;
    const Codes& a = inputs->at(0);
    const Codes& b = inputs->at(1);
    const std::optional<Ending> ending = EndingOf(i);
    std::vector<std::string> operands;
    if (ending) {
      node.op_type = "QLinearMatMul";
      Append(operands, a);
      Append(operands, b);
      AppendParameters(operands, ending->output);
    } else {
      node.op_type = "MatMulIntegerToFloat";
      node.domain = kMicrosoft;
      operands = {a.codes, b.codes, a.scale, b.scale, a.zero_point, b.zero_point};
    }
    Take(i, std::move(operands), ending.value_or(Ending{{}, {node.outputs[0], "", ""}}));
    return true;
  }

  bool ReplaceElementwise(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<std::vector<Codes>> inputs = InputCodes(node);
    const std::optional<Ending> ending = EndingOf(i);
    if (!inputs || !ending || node.FindAttribute("dilations") != nullptr) return false;
    std::vector<std::string> operands;
    for (const Codes& input : *inputs) Append(operands, input);
    AppendParameters(operands, ending->output);
    node.op_type = kIntegerElementwise.at(node.op_type);
    node.domain = kMicrosoft;
    Take(i, std::move(operands), *ending);
    return true;
  }

  bool ReplaceConcat(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<std::vector<Codes>> inputs = InputCodes(node);
    const std::optional<Ending> ending = EndingOf(i);
    if (!inputs || !ending) return false;
    std::vector<std::string> operands;
    AppendParameters(operands, ending->output);
    for (const Codes& input : *inputs) Append(operands, input);
    node.op_type = "QLinearConcat";
    node.domain = kMicrosoft;
    Take(i, std::move(operands), *ending);
    return true;
  }

  // Lets an operator that only moves values move codes, which is right if they mean the same on
  // both sides.
  bool MoveCodes(std::size_t i) {
    graph::Node& node = graph_.nodes[i];
    const std::optional<Codes> input = CodesOf(node.inputs[0]);
    const std::optional<Ending> ending = EndingOf(i);
    // Dropout has no kernel for codes.
    if (!input || !ending || ending->nodes.size() != 1 || node.op_type == "Dropout") return false;
    if (input->scale != ending->output.scale || input->zero_point != ending->output.zero_point) {
      return false;
    }
    std::vector<std::string> operands = node.inputs;
    operands[0] = input->codes;
    Take(i, std::move(operands), *ending);
    return true;
  }

  void Take(std::size_t i, std::vector<std::string> operands, const Ending& ending) {
    graph::Node& node = graph_.nodes[i];
    node.inputs = std::move(operands);
    node.outputs[0] = ending.output.codes;
    for (const std::size_t absorbed : ending.nodes) absorbed_[absorbed] = true;
    if (!node.domain.empty()) model_.opsets.try_emplace(node.domain, 1);
  }

  static void Append(std::vector<std::string>& operands, const Codes& codes) {
    operands.push_back(codes.codes);
    AppendParameters(operands, codes);
  }
  static void AppendParameters(std::vector<std::string>& operands, const Codes& codes) {
    operands.push_back(codes.scale);
    operands.push_back(codes.zero_point);
  }

  // The codes of all inputs of `node`, or nothing if one has none.
  std::optional<std::vector<Codes>> InputCodes(const graph::Node& node) const {
    std::vector<Codes> all;
    for (const std::string& input : node.inputs) {
      std::optional<Codes> codes = CodesOf(input);
      if (!codes) return std::nullopt;
      all.push_back(*std::move(codes));
    }
    return all;
  }

  std::optional<Codes> CodesOf(const std::string& value) const {
    const std::optional<std::size_t> producer = index_.ProducerOf(value);
    if (!producer || graph_.nodes[*producer].op_type != "DequantizeLinear") return std::nullopt;
    const std::vector<std::string>& inputs = graph_.nodes[*producer].inputs;
    return Codes{inputs[0], inputs[1], inputs[2]};
  }

  // What follows node `i` up to the QuantizeLinear of its output, if that and an activation that
  // the codes make superfluous is all.
  std::optional<Ending> EndingOf(std::size_t i) const {
    Ending ending;
    std::optional<graph::ValueUse> next = index_.OnlyUseOf(graph_.nodes[i].outputs[0]);
    std::optional<std::size_t> activation;
    if (next && RoleOf(graph_.nodes[next->node], graph_) == OperatorRole::kActivation) {
      activation = next->node;
      ending.nodes.push_back(next->node);
      next = index_.OnlyUseOf(graph_.nodes[next->node].outputs[0]);
    }
    if (!next || graph_.nodes[next->node].op_type != "QuantizeLinear") return std::nullopt;
    ending.nodes.push_back(next->node);
    const graph::Node& quantize = graph_.nodes[next->node];
    ending.output = {quantize.outputs[0], quantize.inputs[1], quantize.inputs[2]};
    if (activation && !IsSuperfluous(graph_.nodes[*activation], ending.output)) return std::nullopt;
    return ending;
  }

  // Whether the lowest code means zero and, for Clip, the highest no more than the bound.
  bool IsSuperfluous(const graph::Node& activation, const Codes& codes) const {
    const Tensor& zero_point = *graph_.FindInitializer(codes.zero_point);
    const bool is_unsigned = zero_point.dtype() == DataType::kUint8;
    const float lowest = is_unsigned ? 0.0F : std::numeric_limits<std::int8_t>::min();
    if (ZeroPointOf(zero_point) != lowest) return false;
    if (activation.op_type != "Clip" || activation.inputs.size() < 3) return true;
    if (activation.inputs[2].empty()) return true;
    const Tensor& high = *graph_.FindInitializer(activation.inputs[2]);
    constexpr float kSteps = 255;
    // Half a step more is the bound itself once it is rounded.
    constexpr float kHalf = 0.5F;
    const float scale = graph_.FindInitializer(codes.scale)->elements<float>()[0];
    return high.dtype() == DataType::kFloat32 && high.shape().element_count() == 1 &&
           scale * (kSteps - kHalf) <= high.elements<float>()[0];
  }

  graph::Model& model_;
  graph::Graph& graph_;
  const graph::GraphIndex index_;  // Of the graph before any change.
  std::vector<bool> absorbed_;     // By node: whether another node does its work.
};

}  // namespace

std::size_t RewriteAsQOperators(graph::Model& model) { return Rewriter(model).Run(); }

}  // namespace slipway::quantize
