// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/shape_inference.h"

#include "slipway/graph/internal/inference/rules.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/internal/tensor_codec.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace slipway::graph {
namespace {

using RuleTable = std::map<std::pair<std::string_view, std::string_view>, InferenceRule>;

RuleTable MakeRuleTable() {
  RuleTable table;
  for (const std::span<const OperatorRule> family :
       {ElementwiseRules(), ConvolutionRules(), LinearRules(), NormalizationRules(),
        ReductionRules(), ReshapingRules(), SelectionRules(), ConstantRules(), QuantizationRules(),
        RecurrentRules()}) {
    for (const OperatorRule& rule : family) table[{rule.domain, rule.op_type}] = rule.rule;
  }
  return table;
}

InferenceRule FindRule(const Node& node) {
  static const RuleTable table = MakeRuleTable();
  const auto found = table.find({node.domain, node.op_type});
  return found == table.end() ? nullptr : found->second;
}

/// Makes sizes that cannot be unknown.
void DropImpossibleSizes(Dimensions& shape) {
  for (Dimension& dimension : shape) {
    if (dimension.size) dimension = DimensionOf(*dimension.size);
  }
}

class Inference {
 public:
  Inference(const Model& model, const ShapeInferenceOptions& options)
      : model_(model), options_(options) {}

  void Run();
  ValueTable TakeTable();

 private:
  void SeedInputs();
  void SeedInitializers();
  void NoteDeclarations();
  void VisitNode(const Node& node);
  /// Fills what is unknown in `value` from what the file declares of it.
  void AddDeclared(const std::string& name, InferredValue& value) const;
  /// `shape` with the batch in place of the names it replaces.
  Dimensions WithBatch(Dimensions shape) const;

  const Model& model_;
  const ShapeInferenceOptions& options_;
  std::unordered_map<std::string_view, const ValueInfo*> declared_ = {};
  std::unordered_map<std::string, InferredValue> values_ = {};
  std::vector<std::string> batch_names_ = {};
};

void Inference::NoteDeclarations() {
  for (const ValueInfo& value : model_.graph.values) declared_[value.name] = &value;
  for (const ValueInfo& output : model_.graph.outputs) declared_[output.name] = &output;
}

Dimensions Inference::WithBatch(Dimensions shape) const {
  for (Dimension& dimension : shape) {
    const bool is_batch =
        !dimension.size && std::ranges::find(batch_names_, dimension.name) != batch_names_.end();
    if (is_batch) dimension = DimensionOf(*options_.batch);
  }
  return shape;
}

void Inference::SeedInputs() {
  if (options_.batch) {
    for (const ValueInfo& input : model_.graph.inputs) {
      if (!input.shape || input.shape->empty() || input.shape->front().size) continue;
      const std::string& name = input.shape->front().name;
      if (!name.empty()) batch_names_.push_back(name);
    }
  }
  for (const ValueInfo& input : model_.graph.inputs) {
    InferredValue value{.dtype = input.dtype, .shape = input.shape};
    if (value.shape) {
      const bool is_free = !value.shape->empty() && !value.shape->front().size;
      if (is_free && options_.batch) value.shape->front() = DimensionOf(*options_.batch);
      value.shape = WithBatch(*std::move(value.shape));
      DropImpossibleSizes(*value.shape);
    }
    values_[input.name] = std::move(value);
  }
}

Dimensions DimensionsFrom(const auto& sizes) {
  Dimensions dimensions;
  for (const std::int64_t size : sizes) dimensions.push_back(DimensionOf(size));
  return dimensions;
}

void Inference::SeedInitializers() {
  for (const auto& [name, tensor] : model_.graph.initializers) {
    values_[name] = {.dtype = tensor->dtype(),
                     .shape = DimensionsFrom(tensor->shape().sizes()),
                     .constant = tensor.get()};
  }
  for (const auto& [name, bytes] : model_.graph.sparse_initializers) {
    onnx::SparseTensorProto proto;
    if (!proto.ParseFromString(bytes)) continue;
    values_[name] = {.dtype = DataTypeFromOnnx(proto.values().data_type()),
                     .shape = DimensionsFrom(proto.dims())};
  }
  for (const auto& [name, bytes] : model_.graph.opaque_initializers) {
    onnx::TensorProto proto;
    if (proto.ParseFromString(bytes)) values_[name] = {.shape = DimensionsFrom(proto.dims())};
  }
}

void Inference::AddDeclared(const std::string& name, InferredValue& value) const {
  const auto found = declared_.find(name);
  if (found == declared_.end()) return;
  const ValueInfo& declared = *found->second;
  if (!value.dtype) value.dtype = declared.dtype;
  if (!declared.shape) return;
  const Dimensions shape = WithBatch(*declared.shape);
  if (!value.shape) value.shape = shape;
  if (value.shape->size() != shape.size()) return;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    Dimension& dimension = (*value.shape)[i];
    if (!dimension.size && (dimension.name.empty() || shape[i].size)) dimension = shape[i];
  }
}

void Inference::VisitNode(const Node& node) {
  std::vector<const InferredValue*> inputs;
  for (const std::string& input : node.inputs) {
    static const InferredValue unknown;
    const auto found = values_.find(input);
    const InferredValue* const value = found == values_.end() ? &unknown : &found->second;
    inputs.push_back(input.empty() ? nullptr : value);
  }
  OperatorContext context(node, model_.OpsetVersion(node.domain), std::move(inputs));
  if (const InferenceRule rule = FindRule(node)) {
    rule(context);
    FoldElements(context);
  }
  std::vector<InferredValue> outputs = context.TakeOutputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    if (outputs[i].shape) DropImpossibleSizes(*outputs[i].shape);
    AddDeclared(node.outputs[i], outputs[i]);
    values_[node.outputs[i]] = std::move(outputs[i]);
  }
}

void Inference::Run() {
  NoteDeclarations();
  SeedInputs();
  SeedInitializers();
  for (const Node& node : model_.graph.nodes) VisitNode(node);
}

ValueTable Inference::TakeTable() {
  ValueTable table;
  for (auto& [name, value] : values_) {
    if (!value.dtype && !value.shape) continue;
    table[name] = {.name = name, .dtype = value.dtype, .shape = std::move(value.shape)};
  }
  return table;
}

/// Writes what `table` has on `value` into it.
void Update(ValueInfo& value, const ValueTable& table) {
  const auto found = table.find(value.name);
  if (found == table.end()) return;
  if (found->second.dtype) value.dtype = found->second.dtype;
  if (found->second.shape) value.shape = found->second.shape;
}

}  // namespace

ValueTable InferValues(const Model& model, const ShapeInferenceOptions& options) {
  Inference inference(model, options);
  inference.Run();
  return inference.TakeTable();
}

void AnnotateValues(Model& model) {
  const ValueTable table = InferValues(model);
  Graph& graph = model.graph;
  for (ValueInfo& output : graph.outputs) Update(output, table);
  std::set<std::string_view> listed;
  for (ValueInfo& value : graph.values) {
    Update(value, table);
    listed.insert(value.name);
  }
  for (const ValueInfo& output : graph.outputs) listed.insert(output.name);
  std::vector<ValueInfo> fresh;
  for (const Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      const auto found = table.find(output);
      if (found != table.end() && !listed.contains(output)) fresh.push_back(found->second);
    }
  }
  std::ranges::move(fresh, std::back_inserter(graph.values));
}

}  // namespace slipway::graph
