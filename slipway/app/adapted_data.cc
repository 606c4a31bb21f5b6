// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/adapted_data.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace slipway::app {
namespace {

Error SeveralInputs(std::span<const runtime::TensorSpec> inputs) {
  std::vector<std::string> names;
  std::ranges::transform(inputs, std::back_inserter(names), &runtime::TensorSpec::name);
  return MakeError(ErrorCode::kUnimplemented,
                   "the model has {} inputs ({}): images can feed a model with one", inputs.size(),
                   fmt::join(names, ", "));
}

}  // namespace

Result<AdaptedData> LoadAdaptedData(const DataFlags& flags,
                                    std::span<const runtime::TensorSpec> inputs) {
  if (inputs.size() != 1) return SeveralInputs(inputs);
  SLIPWAY_TRY_ASSIGN(
      dataset::LabelledData data,
      dataset::LoadLabelledData(flags.images, flags.labels, {.max_samples = flags.max_samples}));
  const dataset::WantedInput wanted{.dtype = inputs.front().dtype, .shape = inputs.front().shape};
  Result<std::unique_ptr<dataset::SampleSource>> samples =
      dataset::AdaptSamples(*data.samples, wanted, flags.scale);
  if (!samples) return Annotate(samples.error(), "{}", flags.images.string());
  return AdaptedData{.data = std::move(data), .samples = *std::move(samples)};
}

}  // namespace slipway::app
