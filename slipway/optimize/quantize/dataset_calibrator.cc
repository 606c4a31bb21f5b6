// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <algorithm>
#include <vector>

namespace slipway::quantize {
namespace {

// Observers of the values that a session takes in or gives.
class Observation {
 public:
  Observation(const runtime::Session& session, std::span<const std::string> values,
              const RangeObserverFactory& make_observer) {
    for (const std::string& value : values) {
      const auto output = std::ranges::find(session.outputs(), value, &runtime::TensorSpec::name);
      // What the session does not give is what it takes.
      const bool is_input = output == session.outputs().end();
      const auto index = static_cast<std::size_t>(output - session.outputs().begin());
      watched_.push_back({value, is_input, index, make_observer()});
    }
  }

  Status Add(const Tensor& input, std::span<const SharedTensor> outputs) {
    for (const Watched& watched : watched_) {
      const TensorView view = watched.is_input ? input.view() : outputs[watched.output].view;
      const std::span<const float> values = view.elements<float>();
      const std::size_t broken = FirstNonFinite(values);
      if (broken != values.size()) {
        return InvalidArgument(
            "value \"{}\" is {} on the calibration data: quantization needs "
            "finite values",
            watched.value, values[broken]);
      }
      watched.observer->Observe(values, static_cast<std::size_t>(input.shape()[0]));
    }
    return {};
  }

  RangesByValue Ranges() const {
    RangesByValue ranges;
    for (const Watched& watched : watched_) ranges[watched.value] = watched.observer->range();
    return ranges;
  }

 private:
  struct Watched {
    std::string value;
    bool is_input = false;
    std::size_t output = 0;  // Its index, unless it is the input.
    std::unique_ptr<RangeObserver> observer;
  };
  std::vector<Watched> watched_;
};

bool IsNamed(const std::vector<graph::ValueInfo>& infos, const std::string& name) {
  return std::ranges::find(infos, name, &graph::ValueInfo::name) != infos.end();
}

// `model` with each of `values` among its outputs.
graph::Model WithOutputs(const graph::Model& model, std::span<const std::string> values) {
  graph::Model watched = model;
  for (const std::string& value : values) {
    if (IsNamed(watched.graph.outputs, value) || IsNamed(watched.graph.inputs, value)) continue;
    watched.graph.outputs.push_back(
        {.name = value, .dtype = DataType::kFloat32, .shape = std::nullopt});
  }
  return watched;
}

}  // namespace

Result<RangesByValue> DatasetCalibrator::Ranges(const graph::Model& model,
                                                std::span<const std::string> values) {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(WithOutputs(model, values)));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session,
                     engine_.LoadBytes(AsBytes(bytes), "calibration model", {}));
  Observation observation(*session, values, options_.observer);
  SLIPWAY_TRY_ASSIGN(SampleRunner runner, SampleRunner::Create(*session, samples_));
  SLIPWAY_TRY(runner.ForEachBatch(options_.batches,
                                  [&](const Tensor& input, std::span<const SharedTensor> outputs) {
                                    return observation.Add(input, outputs);
                                  }));
  return observation.Ranges();
}

}  // namespace slipway::quantize
