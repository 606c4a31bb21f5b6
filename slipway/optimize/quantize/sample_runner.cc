// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/sample_runner.h"

#include <algorithm>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::int64_t kFree = -1;

bool Fits(const runtime::TensorSpec& input, const dataset::SampleSource& samples) {
  const std::span<const std::int64_t> sample = samples.sample_shape().sizes();
  if (input.shape.size() != sample.size() + 1) return false;
  return std::equal(
      sample.begin(), sample.end(), input.shape.begin() + 1,
      [](std::int64_t has, std::int64_t wants) { return wants == kFree || wants == has; });
}

std::size_t FixedBatch(const runtime::Session& session) {
  const std::int64_t rows = session.inputs()[0].shape[0];
  return rows == kFree ? 0 : static_cast<std::size_t>(rows);
}

}  // namespace

SampleRunner::SampleRunner(const runtime::Session& session, const dataset::SampleSource& samples)
    : samples_(samples), fixed_batch_(FixedBatch(session)), executor_(session.NewExecutor()) {}

Result<SampleRunner> SampleRunner::Create(const runtime::Session& session,
                                          const dataset::SampleSource& samples) {
  if (session.inputs().size() != 1) {
    return InvalidArgument("the model has {} inputs: samples can be fed to exactly one",
                           session.inputs().size());
  }
  const runtime::TensorSpec& input = session.inputs()[0];
  if (input.dtype != samples.dtype() || !Fits(input, samples)) {
    return InvalidArgument(
        "samples are {} {}: input \"{}\" takes {} {}, the first size being "
        "the number of samples",
        DataTypeName(samples.dtype()), ToString(samples.sample_shape()), input.name,
        DataTypeName(input.dtype), FormatSizes(input.shape));
  }
  SampleRunner runner(session, samples);
  const std::size_t least = std::max<std::size_t>(runner.fixed_batch_, 1);
  if (samples.sample_count() < least) {
    return InvalidArgument("there are {} samples: at least {} are needed", samples.sample_count(),
                           least);
  }
  return runner;
}

Status SampleRunner::ForEachBatch(const BatchLimits& limits, const Visit& visit) {
  std::size_t total = samples_.sample_count();
  if (limits.max_samples != 0) total = std::min(total, limits.max_samples);
  std::size_t batch = std::max<std::size_t>(fixed_batch_, 1);
  // A limit below the model's own batch still runs one.
  total = std::max(total, batch);
  for (std::size_t first = limits.first_sample; first < total;) {
    const std::size_t count = std::min(batch, total - first);
    if (count < fixed_batch_) break;
    SLIPWAY_TRY_ASSIGN(const std::size_t bytes, RunBatch(first, count, visit));
    if (first == limits.first_sample && fixed_batch_ == 0) {
      // The first sample, alone, has shown what one costs.
      batch = std::clamp<std::size_t>(limits.max_output_bytes / std::max<std::size_t>(bytes, 1), 1,
                                      std::max<std::size_t>(limits.max_batch, 1));
    }
    first += count;
  }
  return {};
}

Result<std::size_t> SampleRunner::RunBatch(std::size_t first, std::size_t count,
                                           const Visit& visit) {
  SLIPWAY_TRY_ASSIGN(const Tensor input, samples_.Read(first, count));
  const TensorView view = input.view();
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                     executor_->Run(std::span(&view, 1), {}));
  SLIPWAY_TRY(visit(input, outputs));
  std::size_t bytes = 0;
  for (const SharedTensor& output : outputs) bytes += output.view.bytes.size();
  return bytes;
}

}  // namespace slipway::quantize
