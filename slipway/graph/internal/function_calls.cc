// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/function_calls.h"

#include <cstddef>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace slipway::graph {
namespace {

/// What a node names when it calls a function: domain, name, overload.
using FunctionId = std::tuple<std::string, std::string, std::string>;
using Functions = std::map<FunctionId, std::size_t>;

/// Notes in `called` which of `functions` the nodes call, also those in their subgraphs, whose
/// depth the reader has bounded.
void CollectCalls(const auto& nodes, const Functions& functions, std::set<std::size_t>& called) {
  for (const onnx::NodeProto& node : nodes) {
    const auto found = functions.find({node.domain(), node.op_type(), node.overload()});
    if (found != functions.end()) called.insert(found->second);
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      CollectCalls(attribute.g().node(), functions, called);
      for (const onnx::GraphProto& graph : attribute.graphs()) {
        CollectCalls(graph.node(), functions, called);
      }
    }
  }
}

Result<Functions> FunctionsOf(const onnx::ModelProto& model) {
  Functions functions;
  for (const onnx::FunctionProto& function : model.functions()) {
    const FunctionId id = {function.domain(), function.name(), function.overload()};
    if (!functions.emplace(id, functions.size()).second) {
      return InvalidArgument("there are two functions {:?} of domain {:?}", function.name(),
                             function.domain());
    }
  }
  return functions;
}

/// Who calls whom, and how many callers each function has.
struct CallGraph {
  CallGraph(const onnx::ModelProto& model, const Functions& functions)
      : calls(functions.size()), callers(functions.size(), 0) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      CollectCalls(model.functions(static_cast<int>(i)).node(), functions, calls[i]);
      for (const std::size_t called : calls[i]) ++callers[called];
    }
  }

  std::vector<std::set<std::size_t>> calls;
  std::vector<std::size_t> callers;
};

/// Takes away, again and again, a function that no other calls.
void TakeAwayUncalled(CallGraph& graph) {
  std::queue<std::size_t> uncalled;
  for (std::size_t i = 0; i < graph.callers.size(); ++i) {
    if (graph.callers[i] == 0) uncalled.push(i);
  }
  for (; !uncalled.empty(); uncalled.pop()) {
    for (const std::size_t called : graph.calls[uncalled.front()]) {
      if (--graph.callers[called] == 0) uncalled.push(called);
    }
  }
}

}  // namespace

Status CheckFunctionCalls(const onnx::ModelProto& model) {
  SLIPWAY_TRY_ASSIGN(const Functions functions, FunctionsOf(model));
  CallGraph graph(model, functions);
  TakeAwayUncalled(graph);
  // Those that still have callers call in circles, or are called from one.
  for (const auto& [id, index] : functions) {
    if (graph.callers[index] == 0) continue;
    return InvalidArgument("function {:?} calls itself, directly or through others",
                           std::get<1>(id));
  }
  return {};
}

}  // namespace slipway::graph
