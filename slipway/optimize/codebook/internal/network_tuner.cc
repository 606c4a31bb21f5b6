// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/network_tuner.h"

#include "slipway/base/format.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/codebook/internal/gradient_graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

namespace slipway::codebook {
namespace {

// One in so many samples is kept to judge by.
constexpr std::size_t kJudges = 8;

double RootMeanSquare(std::span<const float> numbers) {
  const double sum = std::transform_reduce(numbers.begin(), numbers.end(), 0.0, std::plus<>(),
                                           [](double x) { return x * x; });
  return std::sqrt(sum / std::max<double>(static_cast<double>(numbers.size()), 1));
}

// Numbers that go where their derivatives point.
class AdamNumbers {
 public:
  AdamNumbers(std::span<float> numbers, double step)
      : numbers_(numbers), step_(step), mean_(numbers.size()), square_(numbers.size()) {}

  void Move(std::span<const float> derivatives, double fraction) {
    constexpr double kKeepMean = 0.9;
    constexpr double kKeepSquare = 0.999;
    constexpr double kLeast = 1e-12;
    keep_mean_ *= kKeepMean;
    keep_square_ *= kKeepSquare;
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const double derivative = derivatives[i];
      mean_[i] += (1 - kKeepMean) * (derivative - mean_[i]);
      square_[i] += (1 - kKeepSquare) * (derivative * derivative - square_[i]);
      const double slope = mean_[i] / (1 - keep_mean_);
      const double size = std::sqrt(square_[i] / (1 - keep_square_));
      if (size > kLeast) {
        numbers_[i] = static_cast<float>(numbers_[i] - step_ * fraction * slope / size);
      }
    }
  }

 private:
  std::span<float> numbers_;
  double step_;
  std::vector<double> mean_;
  std::vector<double> square_;
  double keep_mean_ = 1;
  double keep_square_ = 1;
};

// What moves of a layer: the entries of its codebook, or its scales.
std::vector<float>& MovingPart(CodedWeight& coded) {
  return coded.scales.empty() ? coded.codebook : coded.scales;
}

// The derivatives by what moves, from those by the elements of the weight tensor.
std::vector<float> ByMovingPart(const CodedWeight& coded, std::span<const float> by_tensor) {
  const std::vector<float> by_matrix = ToMatrix(coded.layout, by_tensor);
  const std::size_t columns = coded.layout.columns;
  const std::size_t length = coded.vector_length;
  const auto at = [&](std::size_t row, std::size_t c) {
    return by_matrix[row * columns + (coded.column_order.empty() ? c : coded.column_order[c])];
  };
  if (!coded.scales.empty()) {
    const std::vector<float> expanded = ExpandCodes(coded);
    const std::size_t width = coded.positions() * length;
    std::vector<float> by_scale(coded.scales.size());
    for (std::size_t row = 0; row < coded.layout.rows; ++row) {
      for (std::size_t c = 0; c < columns; ++c) {
        by_scale[row] += at(row, c) * expanded[row * width + c];
      }
    }
    return by_scale;
  }
  std::vector<float> by_entry(coded.codebook.size());
  for (std::size_t stage = 0; stage < coded.stages; ++stage) {
    for (std::size_t row = 0; row < coded.layout.rows; ++row) {
      const auto codes = coded.CodesOf(stage, row);
      for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t entry = stage * coded.entries + codes[c / length];
        by_entry[entry * length + c % length] += at(row, c);
      }
    }
  }
  return by_entry;
}

class NetworkTuner {
 public:
  NetworkTuner(const TuningTask& task, TunedParts& parts, const TuneOptions& options)
      : task_(task), parts_(parts), options_(options) {
    count_ = std::min(options.max_samples, task.samples.sample_count());
  }

  // Nothing, or why it cannot be done.
  std::optional<std::string> Prepare(const runtime::Engine& engine) {
    if (count_ < 2 * kJudges) return fmt::format("{} samples are too few", count_);
    if (auto status = Load(engine, task_.original, teacher_); !status) {
      return status.error().message();
    }
    const runtime::TensorSpec& input = teacher_.session->inputs()[0];
    if (input.shape.empty() || input.shape[0] >= 0) {
      return "the model wants a fixed number of samples at once";
    }
    std::optional<std::string> reason = LoadGradients(engine);
    if (reason && !parts_.constants.empty()) {
      parts_.constants.clear();
      reason = LoadGradients(engine);
    }
    if (!reason) StartFromHere();
    return reason;
  }

  Result<TuningOutcome> Run() {
    TuningOutcome outcome;
    const TunedParts before = parts_;
    SLIPWAY_TRY_ASSIGN(outcome.distance_before, Judge());
    SLIPWAY_TRY(Learn());
    for (TunedLayer& layer : parts_.layers) RoundCodebook(layer.coded, layer.coded.storage);
    SLIPWAY_TRY_ASSIGN(outcome.distance_after, Judge());
    outcome.is_better = outcome.distance_after < outcome.distance_before;
    if (!outcome.is_better) parts_ = before;
    return outcome;
  }

 private:
  struct Runner {
    std::unique_ptr<runtime::Session> session;
    std::unique_ptr<runtime::Executor> executor;
  };

  static Status Load(const runtime::Engine& engine, const graph::Model& model, Runner& runner) {
    SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
    SLIPWAY_TRY_ASSIGN(runner.session, engine.LoadBytes(AsBytes(bytes), "tuning model", {}));
    runner.executor = runner.session->NewExecutor();
    return {};
  }

  // Nothing, or why there are no derivatives.
  std::optional<std::string> LoadGradients(const runtime::Engine& engine) {
    std::vector<std::string> parameters;
    for (const TunedLayer& layer : parts_.layers) {
      parameters.push_back(layer.weight);
      if (!layer.bias.empty()) parameters.push_back(layer.bias);
    }
    for (const FreeConstant& constant : parts_.constants) parameters.push_back(constant.name);
    auto model = WithGradients(task_.tuned, parameters);
    if (!model) return model.error();
    if (auto status = Load(engine, *model, gradients_); !status) return status.error().message();
    // Shapes that do not fit each other show only when nodes run.
    if (const auto run = RunBatch(0, 1); !run) return run.error().message();
    return std::nullopt;
  }

  void StartFromHere() {
    for (TunedLayer& layer : parts_.layers) {
      std::vector<float>& part = MovingPart(layer.coded);
      const double size = RootMeanSquare(DecodeMatrix(layer.coded));
      numbers_.emplace_back(part, layer.coded.scales.empty()
                                      ? options_.entry_rate * size
                                      : options_.rate * RootMeanSquare(part));
      if (layer.bias.empty()) continue;
      numbers_.emplace_back(layer.bias_values,
                            options_.rate * std::max(size, RootMeanSquare(layer.bias_values)));
    }
    for (FreeConstant& constant : parts_.constants) {
      numbers_.emplace_back(constant.values, options_.rate * RootMeanSquare(constant.values));
    }
  }

  // Samples before this one are learned from.
  std::size_t first_judge() const { return count_ - count_ / kJudges; }

  // The distance and its derivatives on some samples.
  Result<std::vector<SharedTensor>> RunBatch(std::size_t first, std::size_t count) {
    SLIPWAY_TRY_ASSIGN(const Tensor input, task_.samples.Read(first, count));
    const TensorView view = input.view();
    SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> wanted,
                       teacher_.executor->Run(std::span(&view, 1), {}));
    std::vector<Tensor> parameters;
    for (const TunedLayer& layer : parts_.layers) {
      parameters.push_back(Decode(layer.coded));
      if (layer.bias.empty()) continue;
      const Shape shape({std::ssize(layer.bias_values)});
      parameters.push_back(Tensor::Of<float>(shape, layer.bias_values));
    }
    for (const FreeConstant& constant : parts_.constants) {
      const Shape& shape = task_.tuned.graph.FindInitializer(constant.name)->shape();
      parameters.push_back(Tensor::Of<float>(shape, constant.values));
    }
    std::vector<TensorView> inputs = {view, wanted[0].view};
    for (const Tensor& parameter : parameters) inputs.push_back(parameter.view());
    return gradients_.executor->Run(inputs, {});
  }

  Result<double> Judge() {
    double sum = 0;
    for (std::size_t first = first_judge(); first < count_; first += options_.batch) {
      SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                         RunBatch(first, std::min(options_.batch, count_ - first)));
      sum += outputs[0].view.elements<float>()[0];
    }
    return sum / static_cast<double>(count_ - first_judge());
  }

  Status Learn() {
    std::vector<std::size_t> firsts;
    for (std::size_t first = 0; first < first_judge(); first += options_.batch) {
      firsts.push_back(first);
    }
    std::mt19937_64 random(options_.seed);
    const auto steps = static_cast<double>(firsts.size() * options_.passes);
    double step = 0;
    for (std::size_t pass = 0; pass < options_.passes; ++pass) {
      std::ranges::shuffle(firsts, random);
      for (const std::size_t first : firsts) {
        SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                           RunBatch(first, std::min(options_.batch, first_judge() - first)));
        Move(outputs, (1 + std::cos(std::numbers::pi * step / steps)) / 2);
        step += 1;
      }
    }
    return {};
  }

  void Move(std::span<const SharedTensor> outputs, double fraction) {
    std::size_t next = 1;  // The distance is the first.
    auto numbers = numbers_.begin();
    const auto move = [&] { numbers++->Move(outputs[next++].view.elements<float>(), fraction); };
    for (const TunedLayer& layer : parts_.layers) {
      const auto by_tensor = outputs[next++].view.elements<float>();
      numbers++->Move(ByMovingPart(layer.coded, by_tensor), fraction);
      if (!layer.bias.empty()) move();
    }
    for (std::size_t i = 0; i < parts_.constants.size(); ++i) move();
  }

  const TuningTask& task_;
  TunedParts& parts_;
  const TuneOptions& options_;
  std::size_t count_ = 0;
  // Of each layer, then of its bias if it has one; then of the constants.
  std::vector<AdamNumbers> numbers_;
  Runner gradients_;
  Runner teacher_;
};

}  // namespace

Result<TuningOutcome> TuneNetwork(const runtime::Engine& engine, const TuningTask& task,
                                  TunedParts& parts, const TuneOptions& options) {
  NetworkTuner tuner(task, parts, options);
  if (const auto reason = tuner.Prepare(engine)) {
    return TuningOutcome{.note = fmt::format("not tuned as a whole: {}", *reason)};
  }
  return tuner.Run();
}

}  // namespace slipway::codebook
