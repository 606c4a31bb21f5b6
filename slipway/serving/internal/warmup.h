// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/result.h"
#include "slipway/serving/batcher.h"
#include "slipway/serving/model_signature.h"
#include "slipway/serving/warmup_config.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace slipway::serving {

/// The inputs of one warm-up, with their bytes.
struct WarmupSample {
  struct Input {
    std::string name;
    DataType dtype = DataType::kFloat32;
    Shape shape;
    std::string bytes;
  };
  const WarmupConfig* config = nullptr;
  std::vector<Input> inputs;
};

/// Makes the inputs of `warmup`; files are those in the folder "warmup" of `model_folder`.
/// kInvalidArgument if the model has no such input, or not with this type and shape, or if a file
/// does not have the right number of bytes; kNotFound without the file; kResourceExhausted if the
/// inputs take more than 1 GiB.
Result<WarmupSample> MakeWarmupSample(const WarmupConfig& warmup, const ModelSignature& signature,
                                      const std::filesystem::path& model_folder);

/// What is warmed up.
struct WarmupTarget {
  const ModelSignature& signature;
  Batcher& batcher;
  const Clock& clock;
  std::size_t instance_count = 1;
};

/// Runs `sample`, as often as it says for each instance, and waits for the answers. Fails as the
/// model does.
Status RunWarmup(const WarmupSample& sample, const WarmupTarget& target);

}  // namespace slipway::serving
