// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/trace_files.h"

#include "slipway/base/files.h"
#include "slipway/base/format.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace slipway::serving {
namespace {

Error FileError(std::string_view action, const std::string& path) {
  return MakeError(ErrorCode::kUnavailable, "cannot {} trace file {:?}: {}", action, path,
                   std::generic_category().message(errno));
}

/// Writes all of `text` to `path` from `offset` on; at 0, in place of what was there. Tensors may
/// be private, so that nobody else may read a new file.
Status WriteAt(const std::string& path, std::string_view text, std::uint64_t offset) {
  constexpr mode_t kOwnerOnly = 0600;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (offset == 0 ? O_TRUNC : 0);
  const FileDescriptor file(::open(path.c_str(), flags, kOwnerOnly));
  if (file.number() < 0) return FileError("open", path);
  while (!text.empty()) {
    const ssize_t written =
        ::pwrite(file.number(), text.data(), text.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

}  // namespace

Status TraceFiles::Append(const TraceSetting& setting, std::string_view elements) {
  const bool is_split = setting.log_frequency > 0;
  Progress& progress = series_[{setting.file, is_split}];
  if (is_split && progress.traces >= setting.log_frequency) progress = {progress.index + 1, 0, 0};
  const std::string path =
      is_split ? fmt::format("{}.{}", setting.file, progress.index) : setting.file;
  const std::string text = fmt::format("{}{}]\n", progress.end == 0 ? "[" : ",\n", elements);
  SLIPWAY_TRY(WriteAt(path, text, progress.end));
  progress.end += text.size() - 2;
  ++progress.traces;
  return {};
}

}  // namespace slipway::serving
