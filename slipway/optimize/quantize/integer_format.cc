// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/integer_format.h"

#include <algorithm>

namespace slipway::quantize {
namespace {

constexpr std::int32_t kMiddleOfUint8 = 128;

bool IsByte(DataType type) { return type == DataType::kUint8 || type == DataType::kInt8; }

}  // namespace

Status CheckIntegerFormat(const IntegerFormat& format) {
  if (!IsByte(format.activations) || !IsByte(format.weights)) {
    return InvalidArgument("activations {} with weights {}: both must be uint8 or int8",
                           DataTypeName(format.activations), DataTypeName(format.weights));
  }
  if (format.activations == DataType::kInt8 && format.weights == DataType::kUint8) {
    return InvalidArgument(
        "activations int8 with weights uint8: no engine kernel multiplies them; take int8 weights, "
        "or uint8 activations");
  }
  return {};
}

std::string_view IntegerFormatName(const IntegerFormat& format) {
  if (format.weights == DataType::kUint8) return "U8U8";
  return format.activations == DataType::kInt8 ? "S8S8" : "U8S8";
}

Result<AffineScale> ActivationScale(const ValueRange& range, const IntegerFormat& format) {
  SLIPWAY_TRY_ASSIGN(AffineScale scale, Uint8Scale(range));
  if (format.symmetric_activations && range.min < 0) {
    // 127 codes on each side; the lowest is for what is beyond the range.
    constexpr float kSideCodes = 127;
    scale.scale = std::max(scale.scale, std::max(-range.min, range.max) / kSideCodes);
    scale.zero_point = kMiddleOfUint8;
  }
  if (format.activations == DataType::kInt8) scale.zero_point -= kMiddleOfUint8;
  return scale;
}

std::string_view IntegerFormName(IntegerForm form) {
  return form == IntegerForm::kQdq ? "qdq" : "qoperator";
}

}  // namespace slipway::quantize
