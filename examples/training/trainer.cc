// SPDX-License-Identifier: Apache-2.0
#include "examples/training/trainer.h"

#include <cmath>
#include <numbers>

namespace slipway::examples {
namespace {

namespace functional = torch::nn::functional;

constexpr double kWarmUpShare = 0.2;
constexpr double kLeastLearningRate = 1e-6;
constexpr std::int64_t kEvaluationBatch = 500;

/// The learning rate at `progress` (0..1) of the training, as a share of its peak.
double LearningRateShare(double progress) {
  if (progress < kWarmUpShare) return progress / kWarmUpShare;
  const double falling = (progress - kWarmUpShare) / (1 - kWarmUpShare);
  return 0.5 * (1 + std::cos(std::numbers::pi * falling));
}

std::int64_t RandomShift(std::int64_t max_shift) {
  return torch::randint(-max_shift, max_shift + 1, {1}).item<std::int64_t>();
}

torch::Tensor MirrorHalf(const torch::Tensor& images) {
  const torch::Tensor mirror = torch::rand({images.size(0), 1, 1, 1}) < 0.5;
  return torch::where(mirror, images.flip({3}), images);
}

/// Mirrors half of the images, if at all, and moves all of them by the same random step.
torch::Tensor Augment(const torch::Tensor& images, const TrainingOptions& options) {
  const std::int64_t max_shift = options.max_shift;
  const torch::Tensor padded =
      torch::constant_pad_nd(options.mirror ? MirrorHalf(images) : images,
                             at::IntArrayRef({max_shift, max_shift, max_shift, max_shift}));
  const std::int64_t top = max_shift + RandomShift(max_shift);
  const std::int64_t left = max_shift + RandomShift(max_shift);
  return padded.slice(2, top, top + images.size(2)).slice(3, left, left + images.size(3));
}

void SetLearningRate(torch::optim::AdamW& optimizer, double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
  }
}

/// One pass over one batch; returns its loss.
double Step(Network& network, torch::optim::AdamW& optimizer, const ImageSet& batch,
            const TrainingOptions& options) {
  const torch::Tensor logits = network.forward(Augment(batch.images, options));
  const torch::Tensor loss = functional::cross_entropy(
      logits, batch.classes,
      functional::CrossEntropyFuncOptions().label_smoothing(options.label_smoothing));
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return loss.item<double>();
}

}  // namespace

void Train(Network& network, const ImageSet& images, const TrainingOptions& options,
           const std::function<void(const EpochResult&)>& on_epoch) {
  torch::optim::AdamW optimizer(
      network.parameters(),
      torch::optim::AdamWOptions(options.peak_learning_rate).weight_decay(options.weight_decay));
  const std::int64_t batches = images.images.size(0) / options.batch;
  const auto steps = static_cast<double>(batches * options.epochs);
  double step = 0;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    network.train();
    const torch::Tensor order = torch::randperm(images.images.size(0), torch::kLong);
    double loss = 0;
    for (std::int64_t i = 0; i < batches; ++i, ++step) {
      const double rate = options.peak_learning_rate * LearningRateShare(step / steps);
      SetLearningRate(optimizer, std::max(rate, kLeastLearningRate));
      const torch::Tensor chosen = order.slice(0, i * options.batch, (i + 1) * options.batch);
      loss += Step(network, optimizer,
                   {images.images.index_select(0, chosen), images.classes.index_select(0, chosen)},
                   options);
    }
    network.eval();
    on_epoch({.epoch = epoch, .mean_loss = loss / static_cast<double>(batches)});
  }
}

double TopOne(Network& network, const ImageSet& images) {
  const torch::NoGradGuard no_gradients;
  const std::int64_t count = images.images.size(0);
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < count; i += kEvaluationBatch) {
    const torch::Tensor logits = network.forward(images.images.slice(0, i, i + kEvaluationBatch));
    right += logits.argmax(1)
                 .eq(images.classes.slice(0, i, i + kEvaluationBatch))
                 .sum()
                 .item<std::int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace slipway::examples
