// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/data_type.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace slipway::serving {

/// A tensor of zeros; of empty strings for kBytes.
struct ZeroData {};
/// Values that most models take: from [0, 1), or 0 and 1 for whole numbers; empty strings. The same
/// at each start.
struct RandomData {};
/// The raw bytes of one row, or of the whole tensor where the model does not batch.
struct FileData {
  std::string name;  ///< In the folder "warmup" of the model.
};

/// One input of a warm-up.
struct WarmupInput {
  std::string name;
  DataType dtype = DataType::kFloat32;
  std::vector<std::int64_t> dims;  ///< Without the batch dimension.
  std::variant<ZeroData, RandomData, FileData> data;
};

/// A request that a version runs on each of its instances before it takes traffic.
struct WarmupConfig {
  std::string name;             ///< For messages.
  std::int64_t batch_size = 1;  ///< Rows of the call.
  std::int64_t count = 1;       ///< How often it runs on each instance.
  std::vector<WarmupInput> inputs;
};

}  // namespace slipway::serving
