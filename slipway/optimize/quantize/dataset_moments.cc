// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_moments.h"

#include "slipway/optimize/quantize/internal/value_stream.h"

#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

// How many of `values`, at least one, have moments that together fit kMaxBytes.
std::size_t CountThatFits(std::span<const VectorValue> values) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const VectorValue& value : values) {
    bytes += value.depth * value.depth * sizeof(float);
    if (count > 0 && bytes > kMaxBytes) break;
    ++count;
  }
  return count;
}

Result<std::vector<SecondMoments>> MomentsOf(const ValueStream& stream, const graph::Model& model,
                                             std::span<const VectorValue> values) {
  std::vector<std::string> names;
  std::vector<SecondMoments> moments;
  for (const VectorValue& value : values) {
    names.push_back(value.value);
    moments.emplace_back(value.depth);
  }
  SLIPWAY_TRY(stream.Run(
      model, names, [&](std::size_t i, const TensorView& view, std::size_t /*samples*/) -> Status {
        const std::size_t rank = view.shape.rank();
        const auto depth = static_cast<std::int64_t>(values[i].depth);
        if (rank == 0 || view.shape[rank - 1] != depth) {
          return InvalidArgument("value \"{}\" is {}: its last size should be {}", names[i],
                                 ToString(view.shape), depth);
        }
        moments[i].Add(view.elements<float>());
        return {};
      }));
  return moments;
}

}  // namespace

Status DatasetMoments::ForEach(const graph::Model& model, std::span<const VectorValue> values,
                               const Visit& visit) {
  const ValueStream stream = {.engine = engine_, .samples = samples_, .batches = batches_};
  while (!values.empty()) {
    const auto group = values.first(CountThatFits(values));
    SLIPWAY_TRY_ASSIGN(const std::vector<SecondMoments> moments, MomentsOf(stream, model, group));
    for (std::size_t i = 0; i < group.size(); ++i) SLIPWAY_TRY(visit(group[i].value, moments[i]));
    values = values.subspan(group.size());
  }
  return {};
}

}  // namespace slipway::quantize
