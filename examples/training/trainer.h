// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/training/network.h"

#include <functional>

namespace slipway::examples {

/// Images as float32 pixels in 0..1, [n,1,28,28], and their classes as int64, [n].
struct ImageSet {
  torch::Tensor images;
  torch::Tensor classes;
};

/// What an epoch came to.
struct EpochResult {
  int epoch = 0;  ///< From 1.
  double mean_loss = 0;
};

/// Trains `network` on `images` and calls `on_epoch` after each pass over them, in evaluation mode.
void Train(Network& network, const ImageSet& images, const TrainingOptions& options,
           const std::function<void(const EpochResult&)>& on_epoch);

/// The share of `images` that `network` puts into the right class, 0..1.
double TopOne(Network& network, const ImageSet& images);

}  // namespace slipway::examples
