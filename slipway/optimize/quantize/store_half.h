// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/quantize_report.h"
#include "slipway/tensor/data_type.h"

namespace slipway::quantize {

/// Stores the float32 constants of `model` as `type`, kFloat16 or kBfloat16, each followed by a
/// Cast to float32 that the engine does when it loads the model: half the size, the same speed.
/// bfloat16 has the range of float32 and 8 bits of precision, float16 11 bits. A constant with a
/// number too large for float16, and one too small to gain from it, stays, which the report says.
/// Constants in subgraphs stay as well.
///
/// The report has the constants as layers, under the operator "Initializer". On error `model` is as
/// it was: kInvalidArgument if `type` is another, a constant is not finite, or the model is of an
/// opset too old for Cast to know the type (13 for bfloat16, 6 for float16).
Result<QuantizeReport> StoreAsHalf(graph::Model& model, DataType type);

}  // namespace slipway::quantize
