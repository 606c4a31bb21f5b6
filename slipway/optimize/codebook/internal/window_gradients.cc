// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/gradient_rules.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>
#include <variant>

namespace slipway::codebook {
namespace {

// The first opset whose ScatterElements can add.
constexpr std::int64_t kScatterAddOpset = 16;
constexpr std::size_t kSpatial = 2;  // The first spatial dimension of a convolution's tensors.

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

// One group, or depthwise: each channel is a group.
bool HasSimpleGroups(const Tensor& weight, std::int64_t groups) {
  return groups == 1 || (weight.shape()[0] == groups && weight.shape()[1] == 1);
}

// Whether no number lies in two windows.
bool IsApart(const graph::Node& pool) {
  const auto kernel = pool.IntsAttribute("kernel_shape");
  const auto strides = OnesIfEmpty(pool.IntsAttribute("strides"), kernel.size());
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    if (i >= strides.size() || kernel[i] > strides[i]) return false;
  }
  return true;
}

// Fills up with zeros at the end of each dimension, or cuts off there.
std::string ResizeLike(GradientWriter& writer, const std::string& value, const std::string& like,
                       std::size_t rank) {
  const std::string missing =
      writer.Add("Sub", {writer.Add("Shape", {like}), writer.Add("Shape", {value})});
  const std::string zeros = writer.Sizes(std::vector<std::int64_t>(rank));
  return writer.Add("Pad",
                    {value, writer.Add("Concat", {zeros, missing}, {{"axis", std::int64_t{0}}})});
}

// The first numbers of `value` along each dimension, as many as `shape` has.
std::string Corner(GradientWriter& writer, const std::string& value, const Shape& shape) {
  const std::vector<std::int64_t> sizes(shape.sizes().begin(), shape.sizes().end());
  return writer.Add(
      "Slice", {value, writer.Sizes(std::vector<std::int64_t>(sizes.size())), writer.Sizes(sizes)});
}

}  // namespace

Derived DifferentiateConv(GradientWriter& writer, const graph::Node& node, const std::string& dy) {
  const Tensor* const weight = writer.FindInitializer(node.inputs[1]);
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
  if (writer.IsActive(x)) {
    auto reached = pads;
    // The last window need not reach as far as the padding, nor all of what is before it.
    if (is_strided) std::fill(reached.begin() + std::ssize(reached) / 2, reached.end(), 0);
    std::string dx = writer.Add(
        "ConvTranspose", {dy, node.inputs[1]},
        {{"strides", strides}, {"dilations", dilations}, {"pads", reached}, {"group", groups}});
    if (is_strided) dx = ResizeLike(writer, dx, x, rank + kSpatial);
    writer.Take(x, dx);
  }
  if (writer.IsActive(node.inputs[1])) {
    std::vector<std::int64_t> exchanged(rank + kSpatial);
    std::iota(exchanged.begin(), exchanged.end(), 0);
    std::swap(exchanged[0], exchanged[1]);
    std::string samples = writer.Add("Transpose", {x}, {{"perm", exchanged}});
    if (groups > 1) {
      // All samples of a channel are the channels of one group.
      std::vector<std::int64_t> one_sample(rank + kSpatial, 0);  // 0: as it is.
      one_sample[0] = 1;
      one_sample[1] = -1;
      samples = writer.Add("Reshape", {samples, writer.Sizes(one_sample)});
    }
    std::string dw = writer.Add(
        "Conv", {samples, writer.Add("Transpose", {dy}, {{"perm", exchanged}})},
        {{"strides", dilations}, {"dilations", strides}, {"pads", pads}, {"group", groups}});
    dw = writer.Add("Transpose", {dw}, {{"perm", exchanged}});
    if (is_strided) dw = Corner(writer, dw, weight->shape());
    writer.Take(node.inputs[1], dw);
  }
  if (node.inputs.size() > 2 && writer.IsActive(node.inputs[2])) {
    std::vector<std::int64_t> axes(rank + 1);
    std::iota(axes.begin() + 1, axes.end(), 2);
    writer.Take(node.inputs[2], writer.SumOver(dy, axes));
  }
  return {};
}

Derived DifferentiateMaxPool(GradientWriter& writer, const graph::Node& node,
                             const std::string& dy) {
  if (writer.opset() < kScatterAddOpset && !IsApart(node)) {
    return Because("no derivative is known of a MaxPool with windows that overlap");
  }
  const std::string& x = node.inputs[0];
  const std::string indices =
      writer.Add("Reshape", {writer.OutputBeside(node.outputs[0], 1), writer.Sizes({-1})});
  const std::string values = writer.Add("Reshape", {dy, writer.Sizes({-1})});
  const std::string zeros = writer.Add(
      "ConstantOfShape", {writer.Add("Reshape", {writer.Add("Size", {x}), writer.Sizes({1})})});
  std::vector<graph::Attribute> adds;
  if (writer.opset() >= kScatterAddOpset) adds.push_back({"reduction", std::string("add")});
  const std::string dx = writer.Add("ScatterElements", {zeros, indices, values}, std::move(adds));
  writer.Take(x, writer.LikeShape(dx, x));
  return {};
}

}  // namespace slipway::codebook
