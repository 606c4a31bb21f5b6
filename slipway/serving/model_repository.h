// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/model_config.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slipway::serving {

/// A model as it lies in a repository.
struct RepositoryModel {
  ModelConfig config;
  std::filesystem::path folder;
  /// The model file of each version that the version policy selects; it need not be there.
  std::map<VersionId, std::filesystem::path> versions;
};

/// The folder of each model by its name; where there is none that can be used, why.
using ModelFolders = std::map<ModelName, Result<std::filesystem::path>>;

/// The models in one or more folders, each laid out as Triton's model repository:
///
///     <model>/config.pbtxt            optional
///     <model>/configs/<name>.pbtxt    in its place, if the server asks for configurations <name>
///     <model>/<version>/model.onnx    a file, or a folder with a model.onnx and its external data
///
/// It is read anew with each call. Thread-safe.
class ModelRepository {
 public:
  /// `config_name` chooses a configuration of those models that have one of that name; may be
  /// empty. What has no model name is skipped, with a warning in the log. kNotFound if one of
  /// `folders` is not there, kInvalidArgument if there are none, one comes twice or the name is no
  /// name.
  static Result<ModelRepository> Open(std::vector<std::filesystem::path> folders,
                                      const std::string& config_name = "");

  const std::vector<std::filesystem::path>& folders() const { return folders_; }

  /// All models. One that two folders have is kAlreadyExists with both.
  Result<ModelFolders> List() const;
  /// Where `model` lies. kNotFound if it does not, kAlreadyExists if two folders have it.
  Result<std::filesystem::path> Find(const ModelName& model) const;
  /// Reads the configuration and the versions of `model`. kNotFound if there is no such model or
  /// nothing to serve, kInvalidArgument if its configuration is wrong.
  Result<RepositoryModel> Read(const ModelName& model) const;
  /// As above with `config` instead of the file.
  Result<RepositoryModel> Read(const ModelName& model, ModelConfig config) const;

 private:
  ModelRepository(std::vector<std::filesystem::path> folders, std::string config_name)
      : folders_(std::move(folders)), config_name_(std::move(config_name)) {}

  std::vector<std::filesystem::path> folders_;
  std::string config_name_;
};

/// The model whose versions lie in `folder`, with `config`. kNotFound if there is nothing to serve,
/// kInvalidArgument if the configuration is that of another model than `name`.
Result<RepositoryModel> ReadModelFolder(const std::filesystem::path& folder, const ModelName& name,
                                        ModelConfig config);

}  // namespace slipway::serving
