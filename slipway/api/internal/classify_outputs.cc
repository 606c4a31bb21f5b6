// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/classify_outputs.h"

#include "slipway/api/internal/classification.h"

#include <algorithm>
#include <utility>

namespace slipway::api {

Status ClassifyOutputs(const serving::InferenceService& service,
                       std::span<const RequestedOutput> requested,
                       serving::InferResponse& response) {
  for (std::size_t i = 0; i < std::min(requested.size(), response.outputs.size()); ++i) {
    const std::uint64_t classes = requested[i].classes;
    if (classes == 0) continue;
    serving::OutputTensor& output = response.outputs[i];
    const Result<serving::ModelMetadata> metadata =
        service.Metadata(response.model, response.version);
    // A version that was unloaded meanwhile has answered all the same.
    const bool batches =
        metadata ? metadata->max_batch_size > 0 : output.tensor.view.shape.rank() > 1;
    Result<SharedTensor> best =
        Classify(output.tensor.view,
                 {.classes = classes,
                  .batches = batches,
                  .labels = service.Labels(response.model, response.version, output.name)});
    if (!best) return Annotate(best.error(), "output {:?}", output.name);
    output.tensor = *std::move(best);
  }
  return {};
}

}  // namespace slipway::api
