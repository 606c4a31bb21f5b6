// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace slipway::graph {

using Dimensions = std::vector<Dimension>;

/// No dimension of a tensor in memory is larger. One that claims to be counts as unknown, so that
/// sums of sizes and attributes cannot overflow.
constexpr std::int64_t kLargestSize = std::int64_t{1} << 40U;

/// A dimension of this size; unknown if it cannot be one.
Dimension DimensionOf(std::int64_t size);
Dimension DimensionOf(std::optional<std::int64_t> size);
/// As many dimensions of which nothing is known.
Dimensions UnknownDimensions(std::size_t rank);

std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> CheckedMultiply(std::int64_t a, std::int64_t b);
/// The product of all sizes, if all are known and it can be.
std::optional<std::int64_t> Product(std::span<const Dimension> dimensions);

/// The index that `axis`, which may count from the back, means; nothing if there is none.
std::optional<std::size_t> AxisIndex(std::int64_t axis, std::size_t rank);

/// What two dimensions become when one is stretched to the other. (ONNX, Broadcasting.md)
Dimension Broadcast(const Dimension& a, const Dimension& b);
Dimensions Broadcast(const Dimensions& a, const Dimensions& b);

/// The dimension that makes `wanted` have as many elements as `from` has, if that can be told:
/// sizes divide, and names that are on both sides cancel out.
Dimension MissingFactor(std::span<const Dimension> from, std::span<const Dimension> wanted);
/// The product of `dimensions` as one dimension: a size, a name if it is the only factor besides 1,
/// or unknown.
Dimension Merged(std::span<const Dimension> dimensions);

}  // namespace slipway::graph
