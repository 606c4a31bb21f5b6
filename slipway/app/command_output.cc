// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/command_output.h"

#include "slipway/base/format.h"

#include <array>
#include <string_view>

namespace slipway::app {
namespace {

/// `value` with the largest of the decimal prefixes that leaves it at 1 or above.
std::string WithPrefix(std::uint64_t value) {
  constexpr std::array<std::string_view, 5> kPrefixes = {"", "k", "M", "G", "T"};
  if (value < 1000) return fmt::format("{} ", value);
  auto scaled = static_cast<double>(value);
  std::size_t prefix = 0;
  while (scaled >= 999.5 && prefix + 1 < kPrefixes.size()) {
    scaled /= 1000;
    ++prefix;
  }
  return fmt::format("{:.{}f} {}", scaled, scaled < 9.95 ? 1 : 0, kPrefixes[prefix]);
}

}  // namespace

std::string RenderFor(const Terminal& terminal, const Table& table) {
  return table.Render(terminal.is_interactive() ? TableStyle::kColoured : TableStyle::kTabs);
}

std::string FormatBytes(std::uint64_t bytes) { return WithPrefix(bytes) + "B"; }

std::string FormatCount(std::uint64_t count) {
  std::string text = WithPrefix(count);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace slipway::app
