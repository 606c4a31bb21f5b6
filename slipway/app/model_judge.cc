// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/model_judge.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/evaluate/evaluate.h"
#include "slipway/optimize/evaluate/latency.h"
#include "slipway/optimize/evaluate/model_input.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace slipway::app {
namespace {

constexpr std::size_t kWarmUpRuns = 2;

Result<std::unique_ptr<runtime::Session>> LoadJudged(const runtime::Engine& engine,
                                                     const graph::Model& model,
                                                     const runtime::SessionOptions& options = {}) {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
  return engine.LoadBytes(AsBytes(bytes), "judged model", options);
}

}  // namespace

Result<search::Judgement> ModelJudge::Judge(const graph::Model& model) const {
  if (data_.data.labels.empty()) {
    return InvalidArgument(
        "the metric top1 needs labels: give data that have them beside the images, or --labels");
  }
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, LoadJudged(engine_, model));
  SLIPWAY_TRY_ASSIGN(const evaluate::Evaluation evaluation,
                     evaluate::EvaluateTop1(*session, *data_.samples, data_.data.labels));
  // How noisy outputs are is said, not judged, here.
  const quantize::VerifyOptions any{.min_snr_db = -std::numeric_limits<double>::infinity()};
  SLIPWAY_TRY_ASSIGN(const std::vector<quantize::OutputComparison> outputs,
                     quantize::VerifyQuantized(engine_, {float32_, model}, *data_.samples, any));
  return search::Judgement{.metric = evaluation.top1,
                           .output_snr_db = outputs.empty()
                                                ? std::numeric_limits<double>::infinity()
                                                : outputs.front().snr_db};
}

Result<double> ModelJudge::Seconds(const graph::Model& model, const TimingEffort& effort) const {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session,
                     LoadJudged(engine_, model, {.intra_op_threads = 1}));
  SLIPWAY_TRY_ASSIGN(std::size_t batch, evaluate::BatchSizeFor(*session, effort.batch));
  batch = std::min(batch, data_.samples->sample_count());
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < effort.rounds; ++i) {
    SLIPWAY_TRY_ASSIGN(
        const evaluate::Latency latency,
        evaluate::MeasureLatency(
            *session, *data_.samples,
            {.batch_size = batch, .warm_up_runs = kWarmUpRuns, .runs = effort.runs}));
    least = std::min(least, std::chrono::duration<double>(latency.p50).count());
  }
  return least;
}

}  // namespace slipway::app
