// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/codebook_weight.h"

#include <algorithm>
#include <cmath>

namespace slipway::kernels {
namespace {

using Checked = std::expected<void, std::string>;

// Far beyond what is of use, and so small that no product of them overflows.
constexpr std::size_t kMostRows = std::size_t{1} << 24;
constexpr std::size_t kMostColumns = std::size_t{1} << 24;
constexpr std::size_t kMostStages = 16;
constexpr std::size_t kMostBits = 8;
constexpr std::size_t kByteBits = 8;
// Columns that an order can name.
constexpr std::size_t kMostOrdered = std::size_t{1} << 16;

Checked CheckBetween(const char* name, std::size_t value, std::size_t least, std::size_t most) {
  if (value >= least && value <= most) return {};
  return std::unexpected(std::string(name) + " is " + std::to_string(value) + ": want " +
                         std::to_string(least) + " to " + std::to_string(most));
}

Checked CheckCount(const char* name, std::size_t count, std::size_t want) {
  if (count == want) return {};
  return std::unexpected(std::string(name) + " has " + std::to_string(count) + " elements: want " +
                         std::to_string(want));
}

Checked CheckFinite(const char* name, std::span<const float> numbers) {
  const auto broken = std::ranges::find_if_not(numbers, [](float x) { return std::isfinite(x); });
  if (broken == numbers.end()) return {};
  return std::unexpected(std::string(name) + " is not finite at " +
                         std::to_string(broken - numbers.begin()));
}

std::size_t CodeCount(const CodebookWeight& weight) {
  return weight.stages * weight.rows * weight.positions();
}

Checked CheckSizes(const CodebookWeight& weight) {
  const Checked checks[] = {
      CheckBetween("N", weight.rows, 1, kMostRows),
      CheckBetween("K", weight.columns, 1, kMostColumns),
      CheckBetween("bits", weight.bits, 1, kMostBits),
      CheckBetween("vector_length", weight.vector_length, 1, kMostColumns),
      CheckBetween("stages", weight.stages, 1, kMostStages),
      CheckBetween("entries", weight.entries, 1,
                   std::size_t{1} << std::min(weight.bits, kMostBits)),
  };
  for (const Checked& check : checks) {
    if (!check) return check;
  }
  return {};
}

Checked CheckColumnOrder(const CodebookWeight& weight) {
  if (weight.column_order.empty()) return {};
  if (weight.columns > kMostOrdered) {
    return std::unexpected("K is " + std::to_string(weight.columns) +
                           ": a column order takes at most " + std::to_string(kMostOrdered));
  }
  if (Checked count = CheckCount("column order", weight.column_order.size(), weight.columns);
      !count) {
    return count;
  }
  std::vector<bool> is_named(weight.columns);
  for (const std::uint16_t column : weight.column_order) {
    if (column >= weight.columns || is_named[column]) {
      return std::unexpected("column order names column " + std::to_string(column) + " of " +
                             std::to_string(weight.columns) + " twice or beyond the last");
    }
    is_named[column] = true;
  }
  return {};
}

Checked CheckTensors(const CodebookWeight& weight) {
  const std::size_t least = (CodeCount(weight) * weight.bits + kByteBits - 1) / kByteBits;
  if (weight.codes.size() < least || weight.codes.size() >= least + weight.bits) {
    return std::unexpected("codes have " + std::to_string(weight.codes.size()) +
                           " bytes: " + std::to_string(CodeCount(weight)) + " codes of " +
                           std::to_string(weight.bits) + " bits take " + std::to_string(least));
  }
  const Checked codebook = CheckCount("codebook", weight.codebook.size(),
                                      weight.stages * weight.entries * weight.vector_length);
  if (!codebook) return codebook;
  if (!weight.scales.empty()) {
    const Checked scales = CheckCount("scales", weight.scales.size(), weight.rows);
    if (!scales) return scales;
  }
  if (const Checked order = CheckColumnOrder(weight); !order) return order;
  if (const Checked finite = CheckFinite("codebook", weight.codebook); !finite) return finite;
  return CheckFinite("scales", weight.scales);
}

}  // namespace

std::expected<std::vector<std::uint8_t>, std::string> UnpackWeight(const CodebookWeight& weight) {
  if (const Checked sizes = CheckSizes(weight); !sizes) return std::unexpected(sizes.error());
  if (const Checked tensors = CheckTensors(weight); !tensors) {
    return std::unexpected(tensors.error());
  }
  std::vector<std::uint8_t> codes(CodeCount(weight));
  const unsigned mask = (1U << weight.bits) - 1;
  unsigned pending = 0;
  std::size_t pending_bits = 0;
  auto next = weight.codes.begin();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (pending_bits < weight.bits) {
      pending |= static_cast<unsigned>(*next++) << pending_bits;
      pending_bits += kByteBits;
    }
    const unsigned code = pending & mask;
    if (code >= weight.entries) {
      return std::unexpected("code " + std::to_string(i) + " is " + std::to_string(code) +
                             ", but there are " + std::to_string(weight.entries) + " entries");
    }
    codes[i] = static_cast<std::uint8_t>(code);
    pending >>= weight.bits;
    pending_bits -= weight.bits;
  }
  return codes;
}

}  // namespace slipway::kernels
