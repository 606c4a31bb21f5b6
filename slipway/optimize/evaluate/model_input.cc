// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/model_input.h"

namespace slipway::evaluate {
namespace {

Result<const runtime::TensorSpec*> TheInput(const runtime::Session& session) {
  if (session.inputs().size() == 1) return &session.inputs()[0];
  return InvalidArgument("the model has {} inputs: samples fit models with one",
                         session.inputs().size());
}

}  // namespace

Result<std::unique_ptr<dataset::SampleSource>> AdaptToModel(const runtime::Session& session,
                                                            const dataset::SampleSource& samples,
                                                            dataset::PixelScale scale) {
  SLIPWAY_TRY_ASSIGN(const runtime::TensorSpec* const input, TheInput(session));
  auto adapted = dataset::AdaptSamples(samples, {input->dtype, input->shape}, scale);
  if (!adapted) return Annotate(adapted.error(), "input {:?}", input->name);
  return adapted;
}

Result<std::size_t> BatchSizeFor(const runtime::Session& session, std::size_t wanted) {
  SLIPWAY_TRY_ASSIGN(const runtime::TensorSpec* const input, TheInput(session));
  if (input->shape.empty()) {
    return InvalidArgument("input {:?} has no batch dimension for samples", input->name);
  }
  const std::int64_t fixed = input->shape[0];
  const std::size_t batch = fixed == -1 ? wanted : static_cast<std::size_t>(fixed);
  if (batch == 0) return InvalidArgument("a batch of 0 samples is no batch");
  return batch;
}

}  // namespace slipway::evaluate
