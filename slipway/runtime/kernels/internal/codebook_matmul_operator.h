// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnxruntime_c_api.h>

namespace slipway::kernels {

/// `CodebookMatMul` as an operator of ONNX Runtime.
const OrtCustomOp& CodebookMatMulOperator();

}  // namespace slipway::kernels
