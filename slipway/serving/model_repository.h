// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/model_config.h"

#include <filesystem>
#include <map>

namespace slipway::serving {

/// A model as it lies in a repository.
struct RepositoryModel {
  ModelConfig config;
  /// The model file of each version that the version policy selects; it need not be there.
  std::map<VersionId, std::filesystem::path> versions;
};

/// The models of a repository by name; where one cannot be served, why.
using RepositoryModels = std::map<ModelName, Result<RepositoryModel>>;

/// Reads the model repository in the folder `repository`, laid out as Triton's:
///
///     <model>/config.pbtxt            optional
///     <model>/<version>/model.onnx    a file, or a folder with a model.onnx and its external data
///
/// Names that are not model names are skipped with a warning in the log, folders that are not
/// version numbers without one. kNotFound if the folder itself is not there.
Result<RepositoryModels> ReadModelRepository(const std::filesystem::path& repository);

}  // namespace slipway::serving
