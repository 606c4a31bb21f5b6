// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/tensor_samples.h"

#include <memory>
#include <random>
#include <vector>

namespace slipway::quantize::testing {

/// Samples of normally distributed numbers, the same in every run. `shape` begins with their count.
inline std::unique_ptr<dataset::SampleSource> RandomSamples(const Shape& shape) {
  std::mt19937 random(99);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(shape.element_count()));
  for (float& value : values) value = normal(random);
  return *dataset::TensorSamples::Create(Tensor::Of<float>(shape, values));
}

/// Samples that all have `value` in every element.
inline std::unique_ptr<dataset::SampleSource> ConstantSamples(const Shape& shape, float value) {
  const std::vector<float> values(static_cast<std::size_t>(shape.element_count()), value);
  return *dataset::TensorSamples::Create(Tensor::Of<float>(shape, values));
}

}  // namespace slipway::quantize::testing
