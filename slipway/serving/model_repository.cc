// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_repository.h"

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/log.h"

#include <algorithm>
#include <optional>
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

/// The configuration in `file`, if it is there.
Result<std::optional<ModelConfig>> ReadConfigFile(const Folder& folder,
                                                  const std::filesystem::path& file) {
  const Result<FileDescriptor> descriptor = folder.OpenFile(file);
  if (!descriptor && descriptor.error().code() == ErrorCode::kNotFound) {
    return std::optional<ModelConfig>();
  }
  if (!descriptor) return descriptor.error();
  const std::filesystem::path path = folder.path() / file;
  SLIPWAY_TRY_ASSIGN(const MappedFile text, MappedFile::Map(*descriptor, path, kMaxConfigBytes));
  Result<ModelConfig> config = ParseModelConfig(AsText(text.bytes()));
  if (!config) return Annotate(config.error(), "{}", path.string());
  return std::optional<ModelConfig>(*std::move(config));
}

/// The configuration of the model in `path`; an empty one if there is no file.
Result<ModelConfig> ReadConfig(const std::filesystem::path& path, const std::string& config_name) {
  SLIPWAY_TRY_ASSIGN(const Folder folder, Folder::Open(path));
  std::optional<ModelConfig> config;
  if (!config_name.empty()) {
    SLIPWAY_TRY_ASSIGN(config,
                       ReadConfigFile(folder, fmt::format("configs/{}.pbtxt", config_name)));
  }
  if (!config) {
    SLIPWAY_TRY_ASSIGN(config, ReadConfigFile(folder, "config.pbtxt"));
  }
  return std::move(config).value_or(ModelConfig());
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

Error InTwoFolders(const ModelName& model, const std::filesystem::path& first,
                   const std::filesystem::path& second) {
  return MakeError(ErrorCode::kAlreadyExists, "model {:?} is in two repositories: {} and {}",
                   model.text(), first.string(), second.string());
}

/// Adds the models in `folder` to `models`.
Status ListFolder(const std::filesystem::path& folder, ModelFolders& models) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string> names, FoldersIn(folder));
  for (const std::string& text : names) {
    const Result<ModelName> name = ModelName::Parse(text);
    if (!name) continue;
    const auto [found, is_new] = models.try_emplace(*name, folder / text);
    if (!is_new && found->second) {
      found->second = InTwoFolders(*name, *found->second, folder / text);
    }
  }
  return {};
}

/// Says what `ListFolder` leaves out.
Status WarnOfOtherFolders(const std::filesystem::path& folder) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string> names, FoldersIn(folder));
  for (const std::string& text : names) {
    const Result<ModelName> name = ModelName::Parse(text);
    if (name) continue;
    LogWarning("model repository {}: skipped a folder: {}", folder.string(),
               name.error().message());
  }
  return {};
}

}  // namespace

Result<ModelRepository> ModelRepository::Open(std::vector<std::filesystem::path> folders,
                                              const std::string& config_name) {
  if (folders.empty()) return InvalidArgument("no model repository is given");
  // The name becomes a part of a path.
  if (!config_name.empty() && !ModelName::Parse(config_name)) {
    return InvalidArgument("{:?} is not the name of a configuration", config_name);
  }
  std::vector<std::filesystem::path> known;
  for (const std::filesystem::path& folder : folders) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::canonical(folder, error);
    if (error || !std::filesystem::is_directory(whole, error)) {
      return NotFound("there is no folder {}", folder.string());
    }
    if (std::ranges::find(known, whole) != known.end()) {
      return InvalidArgument("model repository {} is given twice", folder.string());
    }
    known.push_back(whole);
    SLIPWAY_TRY(WarnOfOtherFolders(folder));
  }
  return ModelRepository(std::move(folders), config_name);
}

Result<ModelFolders> ModelRepository::List() const {
  ModelFolders models;
  for (const std::filesystem::path& folder : folders_) SLIPWAY_TRY(ListFolder(folder, models));
  return models;
}

Result<std::filesystem::path> ModelRepository::Find(const ModelName& model) const {
  std::optional<std::filesystem::path> found;
  for (const std::filesystem::path& folder : folders_) {
    std::filesystem::path path = folder / model.text();
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) continue;
    if (found) return InTwoFolders(model, *found, path);
    found = std::move(path);
  }
  if (found) return *std::move(found);
  return NotFound("there is no model {:?} in the repository", model.text());
}

Result<RepositoryModel> ModelRepository::Read(const ModelName& model) const {
  SLIPWAY_TRY_ASSIGN(const std::filesystem::path folder, Find(model));
  SLIPWAY_TRY_ASSIGN(ModelConfig config, ReadConfig(folder, config_name_));
  return ReadModelFolder(folder, model, std::move(config));
}

Result<RepositoryModel> ModelRepository::Read(const ModelName& model, ModelConfig config) const {
  SLIPWAY_TRY_ASSIGN(const std::filesystem::path folder, Find(model));
  return ReadModelFolder(folder, model, std::move(config));
}

Result<RepositoryModel> ReadModelFolder(const std::filesystem::path& folder, const ModelName& name,
                                        ModelConfig config) {
  RepositoryModel model{.config = std::move(config), .folder = folder, .versions = {}};
  if (!model.config.name.empty() && model.config.name != name.text()) {
    return InvalidArgument("the configuration of {} names its model {:?}, but its folder is {:?}",
                           folder.string(), model.config.name, name.text());
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

}  // namespace slipway::serving
