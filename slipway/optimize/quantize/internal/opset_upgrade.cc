// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/opset_upgrade.h"

#include "slipway/graph/unique_names.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::int64_t kFirstIrOfOpset13 = 7;

Error Unsupported(const graph::Node& node, std::int64_t opset, std::string_view why) {
  return MakeError(ErrorCode::kUnimplemented,
                   "cannot upgrade {} \"{}\" from opset {} to {}: {}; export the model with opset "
                   "{} or later",
                   node.op_type, node.name, opset, kQdqOpset, why, kQdqOpset);
}

void RemoveAttribute(graph::Node& node, std::string_view name) {
  std::erase_if(node.attributes, [&](const graph::Attribute& a) { return a.name == name; });
}

float FloatAttribute(const graph::Node& node, std::string_view name, float otherwise) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const float* value = attribute == nullptr ? nullptr : std::get_if<float>(&attribute->value);
  return value == nullptr ? otherwise : *value;
}

// Upgrades the nodes of one graph, which has no subgraphs.
class Upgrader {
 public:
  Upgrader(graph::Graph& graph, std::int64_t opset, const graph::ValueTable& values)
      : graph_(graph), opset_(opset), values_(values), names_(graph) {}

  Status Upgrade(graph::Node& node) {
    if (!node.domain.empty()) return {};
    const std::string& op = node.op_type;
    if (op == "Clip" && opset_ < 11) return UpgradeClip(node);
    if (op == "Pad" && opset_ < 11) return UpgradePad(node);
    if (op == "Slice" && opset_ < 10) return UpgradeSlice(node);
    if (op == "Dropout" && opset_ < 12) return UpgradeDropout(node);
    if (op == "Squeeze" || op == "Unsqueeze" || op == "ReduceSum") {
      return MoveToInput(node, "axes");
    }
    if (op == "Split") return MoveToInput(node, "split");
    if (op == "Softmax" || op == "LogSoftmax") return UpgradeSoftmax(node);
    if (op == "BatchNormalization" && opset_ < 9) return UpgradeBatchNormalization(node);
    if (op == "Scatter") node.op_type = "ScatterElements";
    return RefuseOthers(node);
  }

 private:
  // What changed its meaning and has no form above.
  Status RefuseOthers(const graph::Node& node) const {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kChanged = {
        {{"Upsample", 13}, {"Resize", 11}, {"TopK", 10}, {"Scan", 9}, {"Hardmax", 13}}};
    for (const auto& [op, since] : kChanged) {
      if (node.op_type == op && opset_ < since) {
        return Unsupported(node, opset_, "its meaning changed in between");
      }
    }
    return {};
  }

  Status UpgradeClip(graph::Node& node) {
    const float low = FloatAttribute(node, "min", std::numeric_limits<float>::lowest());
    const float high = FloatAttribute(node, "max", std::numeric_limits<float>::max());
    node.inputs.resize(1);
    node.inputs.push_back(AddScalar(node, "min", low));
    node.inputs.push_back(AddScalar(node, "max", high));
    node.attributes.clear();
    return {};
  }

  Status UpgradePad(graph::Node& node) {
    const float value = FloatAttribute(node, "value", 0);
    SLIPWAY_TRY(MoveToInput(node, "pads"));
    node.inputs.push_back(AddScalar(node, "value", value));
    RemoveAttribute(node, "value");
    return {};
  }

  Status UpgradeSlice(graph::Node& node) {
    for (const char* name : {"starts", "ends", "axes"}) SLIPWAY_TRY(MoveToInput(node, name));
    return {};
  }

  // What is left drops nothing: without its input training_mode, the operator is for inference.
  static Status UpgradeDropout(graph::Node& node) {
    node.attributes.clear();
    return {};
  }

  Status UpgradeBatchNormalization(graph::Node& node) const {
    if (node.IntAttribute("spatial", 1) != 1) {
      return Unsupported(node, opset_, "its attribute spatial is 0");
    }
    RemoveAttribute(node, "spatial");
    return {};
  }

  // Before opset 13 all axes from `axis` on were one; that is the same only for the last axis.
  Status UpgradeSoftmax(graph::Node& node) const {
    const std::optional<std::size_t> rank = RankOf(node.inputs[0]);
    if (!rank) return Unsupported(node, opset_, "the rank of its input is not known");
    const auto signed_rank = static_cast<std::int64_t>(*rank);
    const std::int64_t axis = node.IntAttribute("axis", 1);
    if (axis != signed_rank - 1 && axis != -1) {
      return Unsupported(node, opset_, "it runs over more than the last axis");
    }
    RemoveAttribute(node, "axis");
    node.attributes.push_back({"axis", std::int64_t{-1}});
    return {};
  }

  // Turns the list attribute `name` into the node's next input.
  Status MoveToInput(graph::Node& node, std::string_view name) {
    if (node.FindAttribute(name) == nullptr) return {};
    const std::vector<std::int64_t> values = node.IntsAttribute(name);
    const Shape shape({static_cast<std::int64_t>(values.size())});
    node.inputs.push_back(Add(node, name, Tensor::Of<std::int64_t>(shape, values)));
    RemoveAttribute(node, name);
    return {};
  }

  std::string AddScalar(const graph::Node& node, std::string_view name, float value) {
    return Add(node, name, Tensor::Of<float>(Shape(), std::span<const float>(&value, 1)));
  }

  std::string Add(const graph::Node& node, std::string_view name, Tensor tensor) {
    std::string value = names_.ForValue(fmt::format("{}_{}", node.outputs[0], name));
    graph_.initializers[value] = std::make_shared<const Tensor>(std::move(tensor));
    return value;
  }

  std::optional<std::size_t> RankOf(std::string_view value) const {
    const auto info = values_.find(value);
    if (info == values_.end() || !info->second.shape) return std::nullopt;
    return info->second.shape->size();
  }

  graph::Graph& graph_;
  const std::int64_t opset_;
  const graph::ValueTable& values_;
  graph::UniqueNames names_;
};

}  // namespace

Status UpgradeOpset(graph::Model& model, const graph::ValueTable& values) {
  const std::int64_t opset = model.OpsetVersion();
  if (opset >= kQdqOpset) return {};
  if (opset < kOldestOpset || !model.functions.empty()) {
    return MakeError(ErrorCode::kUnimplemented,
                     "cannot upgrade a model of opset {}{} to {}: export it with opset {} or later",
                     opset, model.functions.empty() ? "" : " with functions of its own", kQdqOpset,
                     kQdqOpset);
  }
  graph::Graph upgraded = model.graph;
  Upgrader upgrader(upgraded, opset, values);
  for (graph::Node& node : upgraded.nodes) {
    if (node.HasSubgraph()) return Unsupported(node, opset, "it has a subgraph");
    SLIPWAY_TRY(upgrader.Upgrade(node));
  }
  model.graph = std::move(upgraded);
  model.opsets[""] = kQdqOpset;
  model.ir_version = std::max(model.ir_version, kFirstIrOfOpset13);
  return {};
}

}  // namespace slipway::quantize
