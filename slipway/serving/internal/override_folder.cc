// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/override_folder.h"

#include "slipway/base/ids.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <ranges>
#include <string_view>
#include <system_error>
#include <vector>

namespace slipway::serving {
namespace {

constexpr std::size_t kMaxParts = 8;
constexpr std::size_t kMaxPartLength = 255;

bool IsPlainName(std::string_view part) {
  return !part.empty() && part.size() <= kMaxPartLength && !part.starts_with('.') &&
         part.find('\0') == std::string_view::npos;
}

Status CheckPath(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const auto part : path | std::views::split('/')) {
    parts.emplace_back(part.begin(), part.end());
  }
  if (parts.size() >= 2 && parts.size() <= kMaxParts && VersionId::Parse(parts.front()) &&
      std::ranges::all_of(parts, IsPlainName)) {
    return {};
  }
  return InvalidArgument(
      "file {:?} is not of the form <version>/<file>, with no part that begins with a dot",
      path.substr(0, kMaxPartLength));
}

Status WriteInside(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return {};
  return MakeError(ErrorCode::kResourceExhausted, "cannot write the temporary file {}",
                   path.string());
}

}  // namespace

Result<OverrideFolder> OverrideFolder::Create(const std::map<std::string, std::string>& files) {
  for (const auto& [path, bytes] : files) SLIPWAY_TRY(CheckPath(path));
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  std::string pattern = (temporary / "slipway-load-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) {
    return MakeError(ErrorCode::kResourceExhausted, "cannot make a folder like {}: {}", pattern,
                     error ? error.message() : std::strerror(errno));
  }
  OverrideFolder folder{std::filesystem::path(pattern)};
  for (const auto& [path, bytes] : files) SLIPWAY_TRY(WriteInside(folder.path() / path, bytes));
  return folder;
}

OverrideFolder::~OverrideFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace slipway::serving
