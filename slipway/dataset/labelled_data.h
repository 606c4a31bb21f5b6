// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/idx.h"
#include "slipway/dataset/sample_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace slipway::dataset {

/// Samples and, where there are any, the class of each.
struct LabelledData {
  std::unique_ptr<SampleSource> samples;
  std::vector<std::int64_t> labels;  ///< One for each sample; empty if there are none.
  std::filesystem::path samples_path;
  std::filesystem::path labels_path;  ///< Empty if there are no labels.
  /// Where labels were looked for, for a message that misses them.
  std::vector<std::filesystem::path> labels_candidates;
};

/// The usual names of the labels that belong to the IDX images at `images_path`, likeliest first:
/// beside `train-images-idx3-ubyte.gz` lies `train-labels-idx1-ubyte.gz`, or the same without
/// `.gz`. None if the name does not say "images".
std::vector<std::filesystem::path> LabelsCandidates(const std::filesystem::path& images_path);

/// Loads the IDX images at `images_path` and their labels: those at `labels_path`, or, if it is
/// absent, the first of `LabelsCandidates` that exists, or none.
///
/// kNotFound if a file that was named is missing; kInvalidArgument if one is no IDX file, or labels
/// are not whole numbers, one for each image.
Result<LabelledData> LoadLabelledData(
    const std::filesystem::path& images_path,
    const std::optional<std::filesystem::path>& labels_path = std::nullopt,
    const IdxLimits& limits = {});

}  // namespace slipway::dataset
