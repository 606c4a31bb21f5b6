// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <torch/torch.h>

namespace slipway::examples {

/// How a network is trained: AdamW with a learning rate that rises linearly for a fifth of the
/// steps and then falls along a cosine, on images that are shifted, and mirrored if that makes
/// sense, at random.
struct TrainingOptions {
  int epochs = 15;
  std::int64_t batch = 128;
  double peak_learning_rate = 0.004;
  double weight_decay = 0.05;
  double label_smoothing = 0.05;
  std::int64_t max_shift = 2;  ///< Pixels, in each direction.
  bool mirror = true;
};

/// A network for 28×28 grey images in ten classes that can be trained and written as ONNX.
class Network : public torch::nn::Module {
 public:
  /// Maps float32 pixels in 0..1, [n,1,28,28], to float32 logits, [n,10].
  virtual torch::Tensor forward(const torch::Tensor& image) = 0;
  virtual TrainingOptions Training() const { return {}; }
  /// The network as it predicts: input `image` float32 [n,1,28,28] of pixels in 0..1, output
  /// `logits` float32 [n,10]. The normalisation of the pixels is inside.
  virtual graph::Model ToOnnx() = 0;
};

/// What is taken from pixels, and what they are divided by.
struct PixelScale {
  float mean;
  float deviation;
};

/// The mean and standard deviation of the training images' pixels, with pixels in 0..1.
inline constexpr PixelScale kFashionPixels = {.mean = 0.2860F, .deviation = 0.3530F};
inline constexpr PixelScale kDigitPixels = {.mean = 0.1307F, .deviation = 0.3081F};

inline torch::Tensor Normalized(const torch::Tensor& image, const PixelScale& scale) {
  return (image - scale.mean) / scale.deviation;
}

}  // namespace slipway::examples
