// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_repository.h"

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/log.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace slipway::serving {
namespace {

/// The names of the folders in `folder`, sorted, hidden ones left out.
Result<std::vector<std::string>> FoldersIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    std::string name = entry->path().filename().string();
    if (entry->is_directory(gone) && !name.starts_with('.')) names.push_back(std::move(name));
  }
  if (error == std::errc::no_such_file_or_directory) {
    return NotFound("there is no folder {}", folder.string());
  }
  if (error) return InvalidArgument("cannot list {}: {}", folder.string(), error.message());
  std::ranges::sort(names);
  return names;
}

/// The configuration of the model in `folder`; an empty one if there is no file.
Result<ModelConfig> ReadConfig(const std::filesystem::path& path) {
  SLIPWAY_TRY_ASSIGN(const Folder folder, Folder::Open(path));
  const Result<FileDescriptor> file = folder.OpenFile("config.pbtxt");
  if (!file && file.error().code() == ErrorCode::kNotFound) return ModelConfig();
  if (!file) return file.error();
  const std::filesystem::path config_path = path / "config.pbtxt";
  SLIPWAY_TRY_ASSIGN(const MappedFile text, MappedFile::Map(*file, config_path, kMaxConfigBytes));
  Result<ModelConfig> config = ParseModelConfig(AsText(text.bytes()));
  if (!config) return Annotate(config.error(), "{}", config_path.string());
  return config;
}

std::filesystem::path ModelFileOf(const std::filesystem::path& version_folder,
                                  const std::string& filename) {
  const std::filesystem::path path = version_folder / filename;
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? path / filename : path;
}

Result<std::vector<VersionId>> VersionsIn(const std::filesystem::path& folder) {
  std::vector<VersionId> versions;
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string> names, FoldersIn(folder));
  for (const std::string& name : names) {
    if (const Result<VersionId> version = VersionId::Parse(name)) versions.push_back(*version);
  }
  return versions;
}

Result<RepositoryModel> ReadModel(const std::filesystem::path& folder, const ModelName& name) {
  RepositoryModel model;
  SLIPWAY_TRY_ASSIGN(model.config, ReadConfig(folder));
  if (!model.config.name.empty() && model.config.name != name.text()) {
    return InvalidArgument("{} names its model {:?}, but its folder is {:?}",
                           (folder / "config.pbtxt").string(), model.config.name, name.text());
  }
  SLIPWAY_TRY_ASSIGN(std::vector<VersionId> versions, VersionsIn(folder));
  const std::size_t available = versions.size();
  for (const VersionId version : SelectVersions(model.config.version_policy, std::move(versions))) {
    model.versions.emplace(version,
                           ModelFileOf(folder / ToString(version), model.config.model_filename));
  }
  if (!model.versions.empty()) return model;
  return NotFound("{} has no version to serve: its version policy selects none of its {} versions",
                  folder.string(), available);
}

}  // namespace

Result<RepositoryModels> ReadModelRepository(const std::filesystem::path& repository) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string> folders, FoldersIn(repository));
  RepositoryModels models;
  for (const std::string& folder : folders) {
    const Result<ModelName> name = ModelName::Parse(folder);
    if (!name) {
      LogWarning("model repository {}: skipped a folder: {}", repository.string(),
                 name.error().message());
      continue;
    }
    models.emplace(*name, ReadModel(repository / folder, *name));
  }
  return models;
}

}  // namespace slipway::serving
