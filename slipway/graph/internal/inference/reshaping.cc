// SPDX-License-Identifier: Apache-2.0
// Operators that hand on the elements they get, in another shape.
#include "slipway/graph/internal/inference/rules.h"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::graph {
namespace {

/// The shape that a Reshape asks for, each entry a size, a name, 0 for "as in the input" or -1 for
/// "what is left".
std::optional<Dimensions> RequestedShape(const OperatorContext& context) {
  if (context.HasInput(1)) return context.Elements(1);
  if (context.node().FindAttribute("shape") == nullptr) return std::nullopt;
  Dimensions requested;
  for (const std::int64_t size : context.node().IntsAttribute("shape")) {
    requested.push_back({.size = size});
  }
  return requested;
}

/// `requested` with its zeros and its -1 filled in from `from`.
Dimensions ResolveRequest(const Dimensions& requested, const Dimensions* from, bool allow_zero) {
  Dimensions shape = requested;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i].size == 0 && !allow_zero) {
      shape[i] = from != nullptr && i < from->size() ? (*from)[i] : Dimension{};
    } else if (shape[i].size == -1) {
      open = i;
      shape[i] = {.size = 1};
    }
  }
  if (open) shape[*open] = from == nullptr ? Dimension{} : MissingFactor(*from, shape);
  return shape;
}

void InferReshape(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  if (const std::optional<Dimensions> requested = RequestedShape(context)) {
    const bool allow_zero = context.node().IntAttribute("allowzero", 0) != 0;
    context.SetOutput(0, context.dtype(0),
                      ResolveRequest(*requested, context.shape(0), allow_zero));
  }
}

void InferFlatten(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), UnknownDimensions(2));
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  const auto rank = static_cast<std::int64_t>(x->size());
  std::int64_t axis = context.node().IntAttribute("axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) return;
  const auto split = static_cast<std::size_t>(axis);
  const std::span<const Dimension> all = *x;
  context.SetOutput(0, context.dtype(0),
                    Dimensions{Merged(all.first(split)), Merged(all.subspan(split))});
}

void InferTranspose(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  const std::vector<std::int64_t> order = context.node().IntsAttribute("perm");
  Dimensions shape(x->rbegin(), x->rend());
  if (!order.empty()) {
    if (order.size() != x->size()) return;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::optional<std::size_t> from = AxisIndex(order[i], x->size());
      if (!from) return;
      shape[i] = (*x)[*from];
    }
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

/// The places that `axes` mean in a shape of `rank`; nothing if one is not there.
std::optional<std::set<std::size_t>> PlacesOf(const std::vector<std::int64_t>& axes,
                                              std::size_t rank) {
  std::set<std::size_t> places;
  for (const std::int64_t axis : axes) {
    const std::optional<std::size_t> place = AxisIndex(axis, rank);
    if (!place) return std::nullopt;
    places.insert(*place);
  }
  return places;
}

void InferSqueeze(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  const auto axes = context.IntegersFrom("axes", 1);
  if (x == nullptr || !axes) return;
  const std::optional<std::set<std::size_t>> places = PlacesOf(*axes, x->size());
  if (!places) return;
  Dimensions shape;
  for (std::size_t i = 0; i < x->size(); ++i) {
    // Without axes every 1 goes, so an unknown size leaves even the rank unknown.
    if (axes->empty() && !(*x)[i].size) return;
    const bool goes = axes->empty() ? (*x)[i].size == 1 : places->contains(i);
    if (!goes) shape.push_back((*x)[i]);
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

void InferUnsqueeze(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  const auto axes = context.IntegersFrom("axes", 1);
  if (x == nullptr || !axes) return;
  const std::size_t rank = x->size() + axes->size();
  const std::optional<std::set<std::size_t>> places = PlacesOf(*axes, rank);
  if (!places || places->size() != axes->size()) return;
  Dimensions shape;
  for (std::size_t i = 0, next = 0; i < rank; ++i) {
    shape.push_back(places->contains(i) ? DimensionOf(1) : (*x)[next++]);
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

void InferExpand(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  const std::optional<Dimensions> to = context.Elements(1);
  if (x != nullptr && to) context.SetOutput(0, context.dtype(0), Broadcast(*x, *to));
}

void InferTile(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), std::nullopt);
  const Dimensions* const x = context.shape(0);
  if (x == nullptr) return;
  Dimensions shape = UnknownDimensions(x->size());
  const auto repeats = context.Integers(1);
  for (std::size_t i = 0; repeats && i < repeats->size() && i < shape.size(); ++i) {
    if ((*repeats)[i] == 1) shape[i] = (*x)[i];
    if ((*x)[i].size) shape[i] = DimensionOf(CheckedMultiply(*(*x)[i].size, (*repeats)[i]));
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

/// [n, c, h, w] with blocks of pixels moved to channels, or back.
void InferBlockMove(OperatorContext& context, bool to_depth) {
  const Dimensions* const x = context.shape(0);
  const std::int64_t block = context.node().IntAttribute("blocksize", 0);
  if (x == nullptr || x->size() != 4 || block < 1 || block > (1 << 15)) return;
  const std::int64_t area = block * block;
  const auto scale = [](const Dimension& size, std::int64_t factor, bool up) {
    if (!size.size) return Dimension{};
    return DimensionOf(up ? CheckedMultiply(*size.size, factor) : *size.size / factor);
  };
  context.SetOutput(0, context.dtype(0),
                    Dimensions{(*x)[0], scale((*x)[1], area, to_depth),
                               scale((*x)[2], block, !to_depth), scale((*x)[3], block, !to_depth)});
}

void InferSpaceToDepth(OperatorContext& context) { InferBlockMove(context, true); }
void InferDepthToSpace(OperatorContext& context) { InferBlockMove(context, false); }

constexpr std::array kReshapingRules = {
    OperatorRule{"DepthToSpace", InferDepthToSpace},
    OperatorRule{"Expand", InferExpand},
    OperatorRule{"Flatten", InferFlatten},
    OperatorRule{"Reshape", InferReshape},
    OperatorRule{"SpaceToDepth", InferSpaceToDepth},
    OperatorRule{"Squeeze", InferSqueeze},
    OperatorRule{"Tile", InferTile},
    OperatorRule{"Transpose", InferTranspose},
    OperatorRule{"Unsqueeze", InferUnsqueeze},
};

}  // namespace

std::span<const OperatorRule> ReshapingRules() { return kReshapingRules; }

}  // namespace slipway::graph
