// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/runtime/kernels/codebook_weight.h"

#include <cstdint>

namespace slipway::kernels {

/// How a model has the operator.
struct OperatorModelOptions {
  std::int64_t accuracy_level = 0;
  bool has_half_codebook = false;  ///< Its entries are stored as float16, which holds them.
};

/// A model whose output y is the CodebookMatMul of its input x, of any shape, and `weight`. Its
/// constants are "codes", "codebook", "scales" and "order".
graph::Model OperatorModel(const CodebookWeight& weight, const OperatorModelOptions& options = {});

}  // namespace slipway::kernels
