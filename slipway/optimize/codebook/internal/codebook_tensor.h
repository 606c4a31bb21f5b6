// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/coded_weight.h"

namespace slipway::codebook {

/// The codebook as it is stored, float32 or float16: [stages · entries, vector_length], or a list
/// if vectors are numbers.
Tensor CodebookTensor(const CodedWeight& coded);

}  // namespace slipway::codebook
