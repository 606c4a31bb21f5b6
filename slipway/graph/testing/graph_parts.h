// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slipway::graph {

/// A float32 constant.
inline ConstantTensor Floats(const Shape& shape, const std::vector<float>& elements) {
  return std::make_shared<const Tensor>(Tensor::Of<float>(shape, elements));
}

/// A node named after its output.
inline Node Relu(std::string input, const std::string& output) {
  return {.name = output, .op_type = "Relu", .inputs = {std::move(input)}, .outputs = {output}};
}

}  // namespace slipway::graph
