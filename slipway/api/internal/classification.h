// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/inference_service.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>

namespace slipway::api {

/// How an output becomes a list of its best classes.
struct ClassificationOptions {
  std::uint64_t classes = 1;  ///< So many of each row, or as many as there are.
  bool batches = false;       ///< Whether the first dimension counts rows; else all is one row.
  serving::ClassLabels labels = nullptr;  ///< Null: classes have no names.
};

/// The highest elements of each row of `scores` as Triton's classification extension writes them:
/// BYTES "value:index" or "value:index:label", highest first, of shape [rows, classes], or
/// [classes] if the model does not batch. Values are compared in their own type; of equal ones the
/// first comes first, NaN last. kInvalidArgument if the elements are no numbers.
Result<SharedTensor> Classify(const TensorView& scores, const ClassificationOptions& options);

}  // namespace slipway::api
