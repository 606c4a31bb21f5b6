// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/input_moments.h"

namespace slipway::quantize {

void SecondMoments::Add(std::span<const float> vectors) {
  for (std::size_t first = 0; first < vectors.size(); first += depth_) {
    const float* vector = vectors.data() + first;
    for (std::size_t i = 0; i < depth_; ++i) {
      const float element = vector[i];
      // Behind Relu half of them are.
      if (element == 0) continue;
      float* row = sums_.data() + i * depth_;
      for (std::size_t j = i; j < depth_; ++j) row[j] += element * vector[j];
    }
    ++count_;
  }
}

}  // namespace slipway::quantize
