// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace slipway::codebook {

/// float32 among ONNX's numbers of element types.
inline constexpr std::int64_t kOnnxFloat = 1;
/// The first opset whose ReduceSum takes its axes as an input.
inline constexpr std::int64_t kAxesAsInputOpset = 13;

}  // namespace slipway::codebook
