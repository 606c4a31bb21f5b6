// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/verify_quantized.h"

#include "slipway/base/format.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/evaluate/signal_to_noise.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

namespace slipway::quantize {
namespace {

Result<std::unique_ptr<runtime::Session>> Load(const runtime::Engine& engine,
                                               const graph::Model& model, std::string_view name) {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
  return engine.LoadBytes(AsBytes(bytes), name, {});
}

// Sums up how far one output is off.
class OutputDifference {
 public:
  explicit OutputDifference(std::string name) : name_(std::move(name)) {}

  Status Add(std::span<const float> expected, std::span<const float> actual) {
    if (expected.size() != actual.size()) {
      return MakeError(ErrorCode::kFailedPrecondition,
                       "output \"{}\" of the quantized model has {} elements: the original has {}",
                       name_, actual.size(), expected.size());
    }
    seen_ += expected.size();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!std::isfinite(expected[i])) continue;
      ++compared_;
      if (std::isfinite(actual[i])) continue;
      return MakeError(ErrorCode::kFailedPrecondition,
                       "output \"{}\" of the quantized model is {} where the original is {}", name_,
                       actual[i], expected[i]);
    }
    difference_.Add(expected, actual);
    return {};
  }

  // kInvalidArgument if there was nothing to compare with.
  Result<OutputComparison> Compare() const {
    if (compared_ == 0 && seen_ > 0) {
      return InvalidArgument(
          "output \"{}\" of the original model is finite nowhere on the data: there is nothing to "
          "check the result by",
          name_);
    }
    return OutputComparison{.name = name_,
                            .snr_db = difference_.decibels(),
                            .largest_error = difference_.largest_error()};
  }

 private:
  std::string name_;
  evaluate::SignalToNoise difference_;
  std::size_t seen_ = 0;
  std::size_t compared_ = 0;
};

Status CheckSnr(const OutputComparison& output, double min_snr_db) {
  if (output.snr_db >= min_snr_db) return {};
  return MakeError(ErrorCode::kFailedPrecondition,
                   "output \"{}\" of the quantized model is too far off: {:.1f} dB of signal over "
                   "noise, at least {:.1f} are wanted",
                   output.name, output.snr_db, min_snr_db);
}

// Runs two sessions side by side on the same batches.
class Comparison {
 public:
  explicit Comparison(const runtime::Session& original) : original_(original) {
    for (const runtime::TensorSpec& output : original.outputs()) {
      differences_.emplace_back(output.name);
    }
  }

  Status Run(const runtime::Session& quantized, const dataset::SampleSource& samples,
             const BatchLimits& limits) {
    const std::unique_ptr<runtime::Executor> executor = quantized.NewExecutor();
    SLIPWAY_TRY_ASSIGN(SampleRunner runner, SampleRunner::Create(original_, samples));
    return runner.ForEachBatch(
        limits, [&](const Tensor& input, std::span<const SharedTensor> expected) -> Status {
          const TensorView view = input.view();
          Result<std::vector<SharedTensor>> actual = executor->Run(std::span(&view, 1), {});
          if (!actual) return FailedCheck(actual.error());
          return Add(expected, *actual);
        });
  }

  Result<std::vector<OutputComparison>> Compare(double min_snr_db) const {
    std::vector<OutputComparison> compared;
    for (std::size_t i = 0; i < differences_.size(); ++i) {
      if (!IsFloat(i)) continue;
      SLIPWAY_TRY_ASSIGN(OutputComparison output, differences_[i].Compare());
      compared.push_back(std::move(output));
      SLIPWAY_TRY(CheckSnr(compared.back(), min_snr_db));
    }
    return compared;
  }

  Status Add(std::span<const SharedTensor> expected, std::span<const SharedTensor> actual) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!IsFloat(i)) continue;
      SLIPWAY_TRY(differences_[i].Add(expected[i].view.elements<float>(),
                                      actual[i].view.elements<float>()));
    }
    return {};
  }

 private:
  bool IsFloat(std::size_t output) const {
    return original_.outputs()[output].dtype == DataType::kFloat32;
  }

  const runtime::Session& original_;
  std::vector<OutputDifference> differences_;
};

// The quantized model must be callable just as the original was.
Status CheckSameOutputs(const runtime::Session& original, const runtime::Session& quantized) {
  const auto same = [](const runtime::TensorSpec& a, const runtime::TensorSpec& b) {
    return a.name == b.name && a.dtype == b.dtype;
  };
  if (std::ranges::equal(original.outputs(), quantized.outputs(), same) &&
      std::ranges::equal(original.inputs(), quantized.inputs(), same)) {
    return {};
  }
  return MakeError(ErrorCode::kFailedPrecondition,
                   "the quantized model has other inputs or outputs than the original");
}

// Both models, loaded.
struct SessionPair {
  std::unique_ptr<runtime::Session> original;
  std::unique_ptr<runtime::Session> quantized;
};

Result<SessionPair> LoadBoth(const runtime::Engine& engine, const ModelPair& models) {
  SLIPWAY_TRY_ASSIGN(std::unique_ptr<runtime::Session> original,
                     Load(engine, models.original, "original model"));
  Result<std::unique_ptr<runtime::Session>> quantized =
      Load(engine, models.quantized, "quantized model");
  if (!quantized) return FailedCheck(quantized.error());
  SLIPWAY_TRY(CheckSameOutputs(*original, **quantized));
  return SessionPair{std::move(original), *std::move(quantized)};
}

}  // namespace

Error FailedCheck(const Error& cause) {
  return {ErrorCode::kFailedPrecondition,
          fmt::format("the quantized model fails its check: {}", cause.message())};
}

Result<std::vector<OutputComparison>> VerifyQuantized(const runtime::Engine& engine,
                                                      const ModelPair& models,
                                                      const dataset::SampleSource& samples,
                                                      const VerifyOptions& options) {
  SLIPWAY_TRY_ASSIGN(const SessionPair sessions, LoadBoth(engine, models));
  Comparison comparison(*sessions.original);
  SLIPWAY_TRY(comparison.Run(*sessions.quantized, samples, options.batches));
  return comparison.Compare(options.min_snr_db);
}

Result<std::vector<OutputComparison>> VerifyOnInputs(const runtime::Engine& engine,
                                                     const ModelPair& models,
                                                     std::span<const TensorView> inputs,
                                                     double min_snr_db) {
  SLIPWAY_TRY_ASSIGN(const SessionPair sessions, LoadBoth(engine, models));
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> expected,
                     sessions.original->NewExecutor()->Run(inputs, {}));
  const Result<std::vector<SharedTensor>> actual =
      sessions.quantized->NewExecutor()->Run(inputs, {});
  if (!actual) return FailedCheck(actual.error());
  Comparison comparison(*sessions.original);
  SLIPWAY_TRY(comparison.Add(expected, *actual));
  return comparison.Compare(min_snr_db);
}

}  // namespace slipway::quantize
