// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/batch_layout.h"
#include "slipway/tensor/shape.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slipway::serving {

/// What a batch tells the model of its requests.
struct FactValues {
  Shape shape;
  std::vector<std::int64_t> values;
};

/// Finds `fact` about the same input of several requests. The inputs have a batch dimension, and
/// as many dimensions each.
FactValues FindFact(BatchFact fact, std::span<const Shape> shapes);

}  // namespace slipway::serving
