// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/graph/shape_inference.h"
#include "slipway/graph/unique_names.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::codebook {

/// Whether the derivatives by the inputs of a node are known; if not, why, for people.
using Derived = std::expected<void, std::string>;

/// Writes the nodes that compute derivatives of a model in reverse mode: each node hands what is
/// known of the derivative by its output on to its inputs. Values are meant by their names.
class GradientWriter {
 public:
  /// The derivatives by `parameters`, initializers of `model`, are wanted. The model outlives the
  /// writer, which adds constants to it.
  GradientWriter(graph::Model& model, std::span<const std::string> parameters);

  std::int64_t opset() const { return opset_; }
  /// Whether `value` depends on a parameter, or is one.
  bool IsActive(std::string_view value) const { return active_.contains(value); }
  bool IsAnyActive(std::span<const std::string> values) const;
  const Tensor* FindInitializer(std::string_view value) const;
  /// Absent if it cannot be inferred.
  std::optional<std::size_t> RankOf(std::string_view value) const;
  /// The numbers of the input of `node` at `input` if that is a constant.
  std::optional<std::vector<std::int64_t>> ConstantInput(const graph::Node& node,
                                                         std::size_t input) const;

  /// The derivative by `value`, or null.
  const std::string* FindGradient(std::string_view value) const;
  /// Adds `gradient` to what is known of the derivative by `value`, of whose shape it is. Nothing
  /// happens if `value` is not active.
  void Take(const std::string& value, const std::string& gradient);
  /// The same with a gradient of `rank` dimensions, as many as the operator broadcasts `value` to:
  /// it is summed over what was repeated. A shape of which too little is known to tell what that
  /// is must be the gradient's, or the nodes fail when they run.
  void TakeBroadcast(const std::string& value, const std::string& gradient,
                     std::optional<std::size_t> rank);

  /// Adds a node with one output, which is returned.
  std::string Add(std::string op_type, std::vector<std::string> inputs,
                  std::vector<graph::Attribute> attributes = {});
  std::string ToFloat(std::string value);
  std::string LikeShape(const std::string& value, const std::string& like);
  /// Sums over `axes`; the dimensions go, or with `keeps` are 1.
  std::string SumOver(const std::string& value, const std::vector<std::int64_t>& axes,
                      bool keeps = false);
  std::string Sizes(const std::vector<std::int64_t>& sizes);
  std::string Floats(const Shape& shape, const std::vector<float>& numbers);
  std::string Number(float number) { return Floats({}, {number}); }
  /// A name that is not in use.
  std::string NewName(std::string_view wanted) { return names_.ForValue(wanted); }
  /// The name of output `index` of the node that makes `value`, which gets one if it has none.
  std::string OutputBeside(const std::string& value, std::size_t index);

  /// The nodes that were added, in an order in which they can run.
  std::vector<graph::Node> TakeNodes() { return std::move(nodes_); }

 private:
  void FindActive(std::span<const std::string> parameters);
  // Absent if not even the rank is known; sizes that are not known are negative.
  std::optional<std::vector<std::int64_t>> SizesOf(std::string_view value) const;

  graph::Graph& graph_;
  const std::int64_t opset_;
  const graph::ValueTable values_;
  graph::UniqueNames names_;
  std::set<std::string, std::less<>> active_;
  std::map<std::string, std::string, std::less<>> gradients_;
  std::vector<graph::Node> nodes_;
};

}  // namespace slipway::codebook
