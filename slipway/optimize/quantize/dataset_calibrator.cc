// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/optimize/quantize/internal/value_stream.h"

#include <memory>
#include <vector>

namespace slipway::quantize {

Result<RangesByValue> DatasetCalibrator::Ranges(const graph::Model& model,
                                                std::span<const std::string> values) {
  std::vector<std::unique_ptr<RangeObserver>> observers;
  for (std::size_t i = 0; i < values.size(); ++i) observers.push_back(options_.observer());
  const ValueStream stream = {.engine = engine_, .samples = samples_, .batches = options_.batches};
  SLIPWAY_TRY(stream.Run(model, values,
                         [&](std::size_t i, const TensorView& view, std::size_t samples) -> Status {
                           observers[i]->Observe(view.elements<float>(), samples);
                           return {};
                         }));
  RangesByValue ranges;
  for (std::size_t i = 0; i < values.size(); ++i) ranges[values[i]] = observers[i]->range();
  return ranges;
}

}  // namespace slipway::quantize
