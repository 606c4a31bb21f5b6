// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/graph_index.h"
#include "slipway/graph/model.h"
#include "slipway/graph/unique_names.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::graph {

// Edits of a valid graph. Each leaves the graph valid; on error it is as it was.

/// Adds `node`, which reads `value`, and makes everything else that reads `value` read the node's
/// first output instead. An output of the graph called `value` stays `value`.
///
/// kInvalidArgument if the node does not read `value`, an output of it has a name already in use,
/// or it reads something that depends on a reader of `value`.
Status InsertAfter(Graph& graph, const std::string& value, Node node);

/// Adds `node` and makes the one input at `use`, which is there, read the node's first output
/// instead. kInvalidArgument if an output of the node has a name already in use, or the node reads
/// something that comes after `use`.
Status InsertBefore(Graph& graph, const ValueUse& use, Node node);

/// Calls the value `from` `to` instead, everywhere, also where it is an input or output of the
/// graph. kNotFound if there is no `from`, kAlreadyExists if there is a `to`.
Status RenameValue(Graph& graph, const std::string& from, const std::string& to);

/// A constant that is to become an input of a node.
struct ConstantInput {
  std::size_t node = 0;
  std::size_t input = 0;  ///< May be beyond those that the node has.
  ConstantTensor tensor = {};
  std::string name = {};  ///< What to call the tensor if it does not take another's place.
};

/// Makes a constant an input of a node. It takes the place of the initializer that is there if by
/// `index` no one else reads that; otherwise it gets a name of its own from `names`.
void SetConstantInput(Graph& graph, const GraphIndex& index, UniqueNames& names,
                      ConstantInput constant);

}  // namespace slipway::graph
