// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/model_score.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/evaluate/evaluate.h"

#include <memory>
#include <utility>

namespace slipway::app {
namespace {

/// Predicts the class of each sample if the model gives scores of classes, and scores the
/// predictions if there are labels.
Status ScorePredictions(const runtime::Session& session, const AdaptedData& data,
                        const evaluate::EvaluateOptions& options, ModelScore& score) {
  if (data.data.labels.empty()) {
    // What gives no row of scores for each sample, images for example, predicts no classes.
    if (session.outputs()[0].shape.size() != 2) return {};
    SLIPWAY_TRY_ASSIGN(evaluate::Predictions predictions,
                       evaluate::Predict(session, *data.samples, options));
    score.predictions = std::move(predictions.classes);
    return {};
  }
  SLIPWAY_TRY_ASSIGN(evaluate::Evaluation evaluation,
                     evaluate::EvaluateTop1(session, *data.samples, data.data.labels, options));
  score.top1 = evaluation.top1;
  score.predictions = std::move(evaluation.predictions);
  return {};
}

}  // namespace

Result<ModelScore> ScoreModel(const runtime::Engine& engine, const std::filesystem::path& path,
                              const ScoreOptions& options) {
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(path));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(options.data, session->inputs()));
  ModelScore score;
  score.samples = data.samples->sample_count();
  score.file_bytes = file.total_bytes();
  SLIPWAY_TRY(ScorePredictions(*session, data, {.progress = options.progress}, score));
  for (const std::size_t batch : options.latency_batches) {
    SLIPWAY_TRY_ASSIGN(
        const evaluate::Latency latency,
        evaluate::MeasureLatency(*session, *data.samples,
                                 {.batch_size = batch, .runs = options.latency_runs}));
    score.latencies.push_back(latency);
  }
  return score;
}

}  // namespace slipway::app
