// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/bias_correction.h"

#include "slipway/base/check.h"

#include <algorithm>
#include <cstdint>

namespace slipway::quantize {

std::vector<float> BiasShift(const Tensor& weight, const QuantizedWeight& quantized,
                             const WeightLayout& layout, std::span<const float> means) {
  const auto weights = weight.elements<float>();
  const auto codes = quantized.codes.elements<std::int8_t>();
  // The layout of a convolution runs over the input channels of one place of the kernel, then over
  // those of the next; that of a matrix has one place.
  const bool is_matrix = weight.shape().rank() == 2;
  const std::size_t inputs = is_matrix ? layout.depth : layout.inner_count;
  const std::size_t groups = means.size() / std::max<std::size_t>(inputs, 1);
  SLIPWAY_CHECK(groups > 0 && means.size() == groups * inputs && layout.channels % groups == 0);
  const std::size_t channels_of_group = layout.channels / groups;
  std::vector<float> shift;
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    const auto group = means.subspan(channel / channels_of_group * inputs, inputs);
    double sum = 0;
    for (std::size_t i = 0; i < layout.depth; ++i) {
      const std::size_t index = layout.IndexOf(channel, i);
      const double stands_for = static_cast<double>(codes[index]) * quantized.scales[channel];
      sum += (weights[index] - stands_for) * group[i % inputs];
    }
    shift.push_back(static_cast<float>(sum));
  }
  return shift;
}

}  // namespace slipway::quantize
