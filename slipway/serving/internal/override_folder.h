// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace slipway::serving {

/// A model's folder made of files that came with a request to load it. It lies among the temporary
/// files, nobody else may look into it, and it is removed at the end of its life.
class OverrideFolder {
 public:
  /// Writes `files`, bytes by their path "<version>/<file>". kInvalidArgument if a path is another:
  /// each part is a plain name that does not begin with a dot, the first a version.
  /// kResourceExhausted if they cannot be written.
  static Result<OverrideFolder> Create(const std::map<std::string, std::string>& files);
  OverrideFolder(OverrideFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~OverrideFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit OverrideFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace slipway::serving
