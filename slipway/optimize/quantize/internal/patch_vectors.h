// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/input_moments.h"
#include "slipway/tensor/tensor.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace slipway::quantize {

/// How the convolution `node` with a weight of shape `weight` cuts up its input; nothing unless it
/// has one group, two dimensions and pads that are written out.
std::optional<PatchGeometry> PatchGeometryOf(const graph::Node& node, const Shape& weight);

/// What the kernel of a convolution is multiplied by at each place of `input`, float32
/// [samples, channels, height, width], one vector after the other in the order of the weights. Of
/// each sample at most `most_of_sample`, spread evenly.
std::vector<float> PatchVectors(const TensorView& input, const PatchGeometry& geometry,
                                std::size_t most_of_sample);

}  // namespace slipway::quantize
