// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/dimensions.h"

#include <algorithm>

namespace slipway::graph {
namespace {

/// A product of sizes and names.
struct Factors {
  std::int64_t size = 1;
  std::vector<std::string> names = {};
};

/// The factors of `dimensions`; nothing if one is unknown or the product of sizes cannot be.
std::optional<Factors> FactorsOf(std::span<const Dimension> dimensions) {
  Factors factors;
  for (const Dimension& dimension : dimensions) {
    if (dimension.size) {
      const std::optional<std::int64_t> product = CheckedMultiply(factors.size, *dimension.size);
      if (!product) return std::nullopt;
      factors.size = *product;
    } else if (!dimension.name.empty()) {
      factors.names.push_back(dimension.name);
    } else {
      return std::nullopt;
    }
  }
  std::ranges::sort(factors.names);
  return factors;
}

Dimension FromFactors(std::int64_t size, const std::vector<std::string>& names) {
  if (names.empty()) return DimensionOf(size);
  if (names.size() == 1 && size == 1) return {.name = names.front()};
  return {};
}

}  // namespace

Dimension DimensionOf(std::int64_t size) {
  if (size < 0 || size > kLargestSize) return {};
  return {.size = size};
}

Dimension DimensionOf(std::optional<std::int64_t> size) {
  return size ? DimensionOf(*size) : Dimension{};
}

Dimensions UnknownDimensions(std::size_t rank) { return Dimensions(rank); }

std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

std::optional<std::int64_t> CheckedMultiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

std::optional<std::int64_t> Product(std::span<const Dimension> dimensions) {
  const std::optional<Factors> factors = FactorsOf(dimensions);
  if (!factors || !factors->names.empty()) return std::nullopt;
  return factors->size;
}

std::optional<std::size_t> AxisIndex(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Dimension Broadcast(const Dimension& a, const Dimension& b) {
  if (a.size == 1 || a == b) return b;
  if (b.size == 1) return a;
  // A size above 1 wins over a name: the name can only stand for 1 or for that size.
  if (a.size && !b.size) return a;
  if (b.size && !a.size) return b;
  return {};
}

Dimensions Broadcast(const Dimensions& a, const Dimensions& b) {
  const Dimensions& longer = a.size() >= b.size() ? a : b;
  const Dimensions& shorter = a.size() >= b.size() ? b : a;
  Dimensions result = longer;
  const std::size_t offset = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    result[offset + i] = Broadcast(longer[offset + i], shorter[i]);
  }
  return result;
}

Dimension MissingFactor(std::span<const Dimension> from, std::span<const Dimension> wanted) {
  const std::optional<Factors> have = FactorsOf(from);
  const std::optional<Factors> take = FactorsOf(wanted);
  if (!have || !take || take->size == 0 || have->size % take->size != 0) return {};
  if (!std::ranges::includes(have->names, take->names)) return {};
  std::vector<std::string> names;
  std::ranges::set_difference(have->names, take->names, std::back_inserter(names));
  return FromFactors(have->size / take->size, names);
}

Dimension Merged(std::span<const Dimension> dimensions) {
  const std::optional<Factors> factors = FactorsOf(dimensions);
  return factors ? FromFactors(factors->size, factors->names) : Dimension{};
}

}  // namespace slipway::graph
