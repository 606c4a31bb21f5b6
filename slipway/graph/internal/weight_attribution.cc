// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/weight_attribution.h"

#include "slipway/graph/internal/captured_values.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/internal/tensor_codec.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <set>

namespace slipway::graph {
namespace {

/// An operator and those of its inputs that steer it and hold no weights.
struct SteeringInputs {
  std::string_view op_type;
  std::array<bool, 10> inputs = {};

  constexpr SteeringInputs(std::string_view op, std::initializer_list<std::size_t> indices)
      : op_type(op) {
    for (const std::size_t index : indices) inputs[index] = true;
  }
};

constexpr std::array kSteeringInputs = {
    SteeringInputs("Clip", {1, 2}),
    SteeringInputs("CodebookMatMul", {3, 5}),
    SteeringInputs("ConvInteger", {2, 3}),
    SteeringInputs("DequantizeLinear", {1, 2}),
    SteeringInputs("Dropout", {1, 2}),
    SteeringInputs("DynamicQuantizeMatMul", {2, 3}),
    SteeringInputs("GatherBlockQuantized", {2, 3}),
    SteeringInputs("MatMulInteger", {2, 3}),
    SteeringInputs("MatMulIntegerToFloat", {2, 3, 4, 5}),
    SteeringInputs("MatMulNBits", {2, 3}),
    SteeringInputs("Pad", {1, 2, 3}),
    SteeringInputs("QGemm", {1, 2, 4, 5, 7, 8}),
    SteeringInputs("QLinearAdd", {1, 2, 4, 5, 6, 7}),
    SteeringInputs("QLinearConv", {1, 2, 4, 5, 6, 7}),
    SteeringInputs("QLinearMatMul", {1, 2, 4, 5, 6, 7}),
    SteeringInputs("QLinearMul", {1, 2, 4, 5, 6, 7}),
    SteeringInputs("QuantizeLinear", {1, 2}),
    SteeringInputs("Resize", {1, 2, 3}),
    SteeringInputs("Upsample", {1}),
};

bool Steers(const Node& node, std::size_t input) {
  const auto* const found =
      std::ranges::find(kSteeringInputs, node.op_type, &SteeringInputs::op_type);
  return found != kSteeringInputs.end() && input < found->inputs.size() && found->inputs[input];
}

bool CanBeWeights(DataType dtype) {
  return dtype != DataType::kInt64 && dtype != DataType::kBool && dtype != DataType::kBytes;
}

WeightCount CountOf(const Tensor& tensor) {
  const auto elements = static_cast<std::uint64_t>(tensor.shape().element_count());
  return {.parameters = CanBeWeights(tensor.dtype()) ? elements : 0,
          .bytes = tensor.bytes().size()};
}

WeightCount CountOfSparse(const std::string& bytes) {
  onnx::SparseTensorProto proto;
  if (!proto.ParseFromString(bytes)) return {};
  WeightCount count;
  for (const onnx::TensorProto* part : {&proto.values(), &proto.indices()}) {
    const Result<Tensor> tensor = DecodeTensor(*part, {});
    if (!tensor) continue;
    count.bytes += tensor->bytes().size();
    if (part == &proto.values()) count.parameters += CountOf(*tensor).parameters;
  }
  return count;
}

WeightCount CountOfOpaque(const std::string& bytes) {
  onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes)) return {};
  std::uint64_t elements = 1;
  for (const std::int64_t size : proto.dims()) elements *= static_cast<std::uint64_t>(size);
  return {.parameters = elements, .bytes = proto.raw_data().size()};
}

/// What a constant value is: a tensor of the model, or the result of a node on such values.
struct Origin {
  std::size_t index = 0;  ///< Into the tensors or the nodes.
  bool is_tensor = true;
};

class Attributor {
 public:
  explicit Attributor(const Graph& graph) : graph_(graph) {}

  WeightAttribution Run();

 private:
  void AddTensor(const std::string& name, const WeightCount& count);
  void AddInitializers();
  void Visit(std::size_t index);
  bool IsConstant(const Node& node) const;
  /// Takes the parameters from the tensors that steer `node`.
  void MarkSteering(const Node& node);
  /// Counts for node `index` every tensor that is behind its inputs and not yet counted.
  void Claim(std::size_t index);
  /// What is in the subgraphs of `node` counts for it.
  WeightCount CountInside(const Node& node) const;

  const Graph& graph_;
  std::vector<WeightCount> tensors_ = {};
  std::map<std::size_t, std::size_t> taken_by_ = {};  // The node that each tensor counts for.
  std::vector<bool> is_claimed_ = {};                 // Whether a constant node has been followed.
  std::map<std::string, Origin, std::less<>> constants_ = {};
  WeightAttribution result_ = {};
};

void Attributor::AddTensor(const std::string& name, const WeightCount& count) {
  constants_[name] = {.index = tensors_.size()};
  tensors_.push_back(count);
}

void Attributor::AddInitializers() {
  for (const auto& [name, tensor] : graph_.initializers) AddTensor(name, CountOf(*tensor));
  for (const auto& [name, bytes] : graph_.sparse_initializers) {
    AddTensor(name, CountOfSparse(bytes));
  }
  for (const auto& [name, bytes] : graph_.opaque_initializers) {
    AddTensor(name, CountOfOpaque(bytes));
  }
}

WeightCount Attributor::CountInside(const Node& node) const {
  WeightCount count;
  for (const Attribute& attribute : node.attributes) {
    const auto* const body = std::get_if<std::shared_ptr<const Graph>>(&attribute.value);
    if (body != nullptr) count += AttributeWeights(**body).total;
  }
  return count;
}

bool Attributor::IsConstant(const Node& node) const {
  return !node.HasSubgraph() && !node.inputs.empty() &&
         std::ranges::all_of(node.inputs, [this](const std::string& input) {
           return input.empty() || constants_.contains(input);
         });
}

void Attributor::MarkSteering(const Node& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (!Steers(node, i)) continue;
    const auto found = constants_.find(node.inputs[i]);
    if (found != constants_.end() && found->second.is_tensor) {
      tensors_[found->second.index].parameters = 0;
    }
  }
}

void Attributor::Claim(std::size_t index) {
  const std::set<std::string> captured = CapturedValues(graph_.nodes[index]);
  std::vector<std::string_view> open(captured.begin(), captured.end());
  std::ranges::copy(graph_.nodes[index].inputs, std::back_inserter(open));
  while (!open.empty()) {
    const auto found = constants_.find(open.back());
    open.pop_back();
    if (found == constants_.end()) continue;
    const Origin origin = found->second;
    if (origin.is_tensor) {
      taken_by_.try_emplace(origin.index, index);
    } else if (!is_claimed_[origin.index]) {
      is_claimed_[origin.index] = true;
      std::ranges::copy(graph_.nodes[origin.index].inputs, std::back_inserter(open));
    }
  }
}

void Attributor::Visit(std::size_t index) {
  const Node& node = graph_.nodes[index];
  if (node.op_type == "Constant" && node.outputs.size() == 1 && node.attributes.size() == 1) {
    const auto* const tensor = std::get_if<ConstantTensor>(&node.attributes.front().value);
    AddTensor(node.outputs.front(), tensor == nullptr ? WeightCount{} : CountOf(**tensor));
    result_.is_constant[index] = true;
    return;
  }
  MarkSteering(node);
  result_.is_constant[index] = IsConstant(node);
  if (result_.is_constant[index]) {
    for (const std::string& output : node.outputs) {
      constants_[output] = {.index = index, .is_tensor = false};
    }
    return;
  }
  Claim(index);
  const WeightCount inside = CountInside(node);
  result_.nodes[index] += inside;
  result_.total += inside;
}

WeightAttribution Attributor::Run() {
  result_.nodes.resize(graph_.nodes.size());
  result_.is_constant.resize(graph_.nodes.size(), false);
  is_claimed_.resize(graph_.nodes.size(), false);
  AddInitializers();
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) Visit(i);
  // A tensor that steers one node holds no parameters for another, so counting comes last.
  for (const WeightCount& count : tensors_) result_.total += count;
  for (const auto& [tensor, node] : taken_by_) result_.nodes[node] += tensors_[tensor];
  return std::move(result_);
}

}  // namespace

WeightAttribution AttributeWeights(const Graph& graph) { return Attributor(graph).Run(); }

}  // namespace slipway::graph
