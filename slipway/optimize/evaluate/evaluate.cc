// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/evaluate.h"

#include "slipway/optimize/evaluate/model_input.h"
#include "slipway/tensor/tensor.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace slipway::evaluate {
namespace {

/// Samples of one run, of which those from `fresh` on have not been in an earlier one.
struct Batch {
  std::size_t first = 0;
  std::size_t count = 0;
  std::size_t fresh = 0;
};

/// The run that follows `done` samples. A model that fixes its batch gets a whole one at the end,
/// too, with samples that it has already seen in front.
Batch NextBatch(std::size_t done, std::size_t total, std::size_t batch_size, bool fixed) {
  const std::size_t left = total - done;
  if (left >= batch_size) return {done, batch_size, done};
  if (fixed) return {total - batch_size, batch_size, done};
  return {done, left, done};
}

/// The class with the greatest of `scores`, those of sample `sample`.
template <typename T>
Result<std::int64_t> BestClass(std::span<const T> scores, std::size_t sample) {
  const auto wrong = std::ranges::find_if_not(scores, [](T score) { return std::isfinite(score); });
  if (wrong != scores.end()) {
    return InvalidArgument("the score of class {} for sample {} is not finite: {}",
                           wrong - scores.begin(), sample, *wrong);
  }
  return std::ranges::max_element(scores) - scores.begin();
}

template <typename T>
Status AppendBestClasses(const TensorView& scores, const Batch& batch, Predictions& predictions) {
  const auto classes = static_cast<std::size_t>(predictions.class_count);
  for (std::size_t sample = batch.fresh; sample < batch.first + batch.count; ++sample) {
    const std::span<const T> row =
        scores.elements<T>().subspan((sample - batch.first) * classes, classes);
    SLIPWAY_TRY_ASSIGN(const std::int64_t best, BestClass(row, sample));
    predictions.classes.push_back(best);
  }
  return {};
}

/// Adds the classes in `output`, the scores of `batch`, to `predictions`.
Status AppendClasses(const TensorView& output, const Batch& batch, Predictions& predictions) {
  const Shape& shape = output.shape;
  if (shape.rank() != 2 || shape[0] != static_cast<std::int64_t>(batch.count) || shape[1] == 0) {
    return InvalidArgument("want scores of shape [{},classes], got {}", batch.count,
                           ToString(shape));
  }
  predictions.class_count = shape[1];
  if (output.dtype == DataType::kFloat32) {
    return AppendBestClasses<float>(output, batch, predictions);
  }
  if (output.dtype == DataType::kFloat64) {
    return AppendBestClasses<double>(output, batch, predictions);
  }
  return InvalidArgument("want scores of type float32 or float64, got {}",
                         DataTypeName(output.dtype));
}

/// Runs `batch` and adds its classes to `predictions`.
Status RunBatch(runtime::Executor& executor, const dataset::SampleSource& samples,
                const Batch& batch, Predictions& predictions) {
  constexpr std::array<std::size_t, 1> kFirstOutput = {0};
  SLIPWAY_TRY_ASSIGN(const Tensor input, samples.Read(batch.first, batch.count));
  const TensorView view = input.view();
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                     executor.Run(std::span(&view, 1), kFirstOutput));
  return AppendClasses(outputs[0].view, batch, predictions);
}

Status CheckLabelCount(std::size_t labels, std::size_t samples) {
  if (labels == samples) return {};
  if (labels == 0) return InvalidArgument("there are no labels to compare predictions with");
  return InvalidArgument("{} labels for {} samples", labels, samples);
}

Status CheckLabelsAreClasses(std::span<const std::int64_t> labels, std::int64_t class_count) {
  const auto wrong = std::ranges::find_if(
      labels, [class_count](std::int64_t label) { return label < 0 || label >= class_count; });
  if (wrong == labels.end()) return {};
  return InvalidArgument("label {} of sample {} is no class of the model, which has {}", *wrong,
                         wrong - labels.begin(), class_count);
}

}  // namespace

Result<Predictions> Predict(const runtime::Session& session, const dataset::SampleSource& samples,
                            const EvaluateOptions& options) {
  const std::size_t total = samples.sample_count();
  SLIPWAY_TRY_ASSIGN(const std::size_t batch_size, BatchSizeFor(session, options.batch_size));
  const bool fixed = session.inputs()[0].shape[0] != -1;
  if (total == 0 || (fixed && total < batch_size)) {
    return InvalidArgument("{} samples are too few for a model that is run on {} at once", total,
                           batch_size);
  }
  const std::unique_ptr<runtime::Executor> executor = session.NewExecutor();
  Predictions predictions;
  predictions.classes.reserve(total);
  while (predictions.classes.size() < total) {
    const Batch batch = NextBatch(predictions.classes.size(), total, batch_size, fixed);
    SLIPWAY_TRY(RunBatch(*executor, samples, batch, predictions));
    if (options.progress) options.progress(predictions.classes.size(), total);
  }
  return predictions;
}

Result<Evaluation> EvaluateTop1(const runtime::Session& session,
                                const dataset::SampleSource& samples,
                                std::span<const std::int64_t> labels,
                                const EvaluateOptions& options) {
  SLIPWAY_TRY(CheckLabelCount(labels.size(), samples.sample_count()));
  SLIPWAY_TRY_ASSIGN(Predictions predictions, Predict(session, samples, options));
  SLIPWAY_TRY(CheckLabelsAreClasses(labels, predictions.class_count));
  Evaluation evaluation{.samples = labels.size(), .predictions = std::move(predictions.classes)};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (evaluation.predictions[i] == labels[i]) ++evaluation.correct;
  }
  evaluation.top1 =
      static_cast<double>(evaluation.correct) / static_cast<double>(evaluation.samples);
  return evaluation;
}

}  // namespace slipway::evaluate
