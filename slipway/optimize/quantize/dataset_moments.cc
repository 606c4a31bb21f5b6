// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_moments.h"

#include "slipway/optimize/quantize/internal/patch_vectors.h"
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

// Neighbouring places of a kernel see much the same.
constexpr std::size_t kPatchesOfSample = 64;

Status AddVectors(const VectorValue& value, const TensorView& view, SecondMoments& moments) {
  const std::size_t rank = view.shape.rank();
  const auto depth = static_cast<std::int64_t>(value.depth);
  if (!value.patches) {
    if (rank == 0 || view.shape[rank - 1] != depth) {
      return InvalidArgument("value \"{}\" is {}: its last size should be {}", value.value,
                             ToString(view.shape), depth);
    }
    moments.Add(view.elements<float>());
    return {};
  }
  const auto [rows, columns] = value.patches->kernel;
  constexpr std::size_t kImageRank = 4;
  if (rank != kImageRank || view.shape[1] * rows * columns != depth) {
    return InvalidArgument("value \"{}\" is {}: a kernel with {} weights does not fit it",
                           value.value, ToString(view.shape), depth);
  }
  moments.Add(PatchVectors(view, *value.patches, kPatchesOfSample));
  return {};
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
        return AddVectors(values[i], view, moments[i]);
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
    for (std::size_t i = 0; i < group.size(); ++i) SLIPWAY_TRY(visit(group[i], moments[i]));
    values = values.subspan(group.size());
  }
  return {};
}

}  // namespace slipway::quantize
