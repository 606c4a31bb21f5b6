// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::metrics {

/// The text of a file of the kernel's, or nothing if it cannot be read. Such files have no size of
/// their own.
std::optional<std::string> ReadProcFile(const std::filesystem::path& path);

/// The words of `text`, which stand apart by spaces or line ends.
std::vector<std::string_view> WordsOf(std::string_view text);

/// The number that `word` spells, or nothing.
std::optional<std::uint64_t> NumberOf(std::string_view word);

/// The number behind the word `name`, as in "MemTotal: 16384 kB".
std::optional<std::uint64_t> NumberAfter(const std::vector<std::string_view>& words,
                                         std::string_view name);

}  // namespace slipway::metrics
