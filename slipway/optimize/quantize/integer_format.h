// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/affine_scale.h"
#include "slipway/tensor/data_type.h"

#include <cstdint>
#include <string_view>

namespace slipway::quantize {

/// Which 8-bit integers stand for activations and weights in a statically quantized model. Weights
/// always lie evenly around zero: 0 is code 0 of int8 and code 128 of uint8.
///
/// U8S8, the default, is the fastest on every x86. S8S8 is as fast in QDQ form, since the engine
/// turns it into U8S8, and slow in QOperator form. U8U8 takes up to 2.6 times as long but never
/// saturates, so it uses all of its range on processors without VNNI too.
struct IntegerFormat {
  DataType activations = DataType::kUint8;  ///< kUint8 or kInt8.
  DataType weights = DataType::kInt8;       ///< kInt8, or kUint8 if the activations are that too.
  /// Whether values that can be negative have their zero in the middle of the codes. Those that
  /// cannot, as behind Relu, have it at the lowest code whatever is said here: there Relu costs
  /// nothing.
  bool symmetric_activations = false;
  bool per_channel = true;  ///< A scale for each output channel, or one for each weight tensor.
};

/// kInvalidArgument, with what is possible, if no engine kernel has such operands.
Status CheckIntegerFormat(const IntegerFormat& format);
/// "U8S8", "S8S8" or "U8U8": activations first.
std::string_view IntegerFormatName(const IntegerFormat& format);

/// The scale of activations with `range`, widened to hold zero. kInvalidArgument as `Uint8Scale`.
Result<AffineScale> ActivationScale(const ValueRange& range, const IntegerFormat& format);

/// How the integer operators are written down.
enum class IntegerForm : std::uint8_t {
  kQdq,        ///< Float operators between QuantizeLinear and DequantizeLinear; engines fuse them.
  kQOperator,  ///< Operators on integers: QLinearConv and their like, some of them com.microsoft's.
};

/// "qdq" or "qoperator".
std::string_view IntegerFormName(IntegerForm form);

}  // namespace slipway::quantize
