// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "examples/fashion/cnn.h"

#include <functional>

namespace slipway::examples {

/// Images as float32 pixels in 0..1, [n,1,28,28], and their classes as int64, [n].
struct ImageSet {
  torch::Tensor images;
  torch::Tensor classes;
};

/// How the network is trained: AdamW with a learning rate that rises linearly for a fifth of the
/// steps and then falls along a cosine, on images that are flipped and shifted at random.
struct TrainingOptions {
  int epochs = 15;
  std::int64_t batch = 128;
  double peak_learning_rate = 0.004;
  double weight_decay = 0.05;
  double label_smoothing = 0.05;
  std::int64_t max_shift = 2;  ///< Pixels, in each direction.
};

/// What an epoch came to.
struct EpochResult {
  int epoch = 0;  ///< From 1.
  double mean_loss = 0;
};

/// Trains `cnn` on `images` and calls `on_epoch` after each pass over them, in evaluation mode.
void TrainCnn(CnnModule& cnn, const ImageSet& images, const TrainingOptions& options,
              const std::function<void(const EpochResult&)>& on_epoch);

/// The share of `images` that `cnn` puts into the right class, 0..1.
double TopOne(CnnModule& cnn, const ImageSet& images);

}  // namespace slipway::examples
