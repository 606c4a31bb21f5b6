// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/model_stamp.h"

#include "slipway/base/format.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <vector>

namespace slipway::serving {
namespace {

/// Folders in a version that are looked into: a model.onnx of its own is one.
constexpr int kMaxFolderDepth = 8;

std::vector<std::filesystem::path> EntriesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    // Files that are being written have hidden names until they are whole.
    if (!entry->path().filename().string().starts_with('.')) entries.push_back(entry->path());
  }
  std::ranges::sort(entries);
  return entries;
}

/// Appends what `path`, and all below it if it is a folder, looks like.
void AppendStamp(std::string& stamp, const std::filesystem::path& path, int depth) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode)) {
    // Not its time, which hidden files change.
    stamp += fmt::format("{}/\n", path.string());
    if (depth == kMaxFolderDepth) return;
    for (const std::filesystem::path& entry : EntriesOf(path)) AppendStamp(stamp, entry, depth + 1);
    return;
  }
  stamp += fmt::format("{} {} {} {}.{} {}.{}\n", path.string(), status.st_ino, status.st_size,
                       status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                       status.st_ctim.tv_nsec);
}

}  // namespace

std::string ModelStamp::OfVersion(VersionId version) const {
  const auto found = versions.find(version);
  return rest + (found == versions.end() ? std::string() : found->second);
}

ModelStamp StampOf(const std::filesystem::path& folder) {
  ModelStamp stamp;
  for (const std::filesystem::path& entry : EntriesOf(folder)) {
    const Result<VersionId> version = VersionId::Parse(entry.filename().string());
    AppendStamp(version ? stamp.versions[*version] : stamp.rest, entry, 0);
  }
  return stamp;
}

}  // namespace slipway::serving
