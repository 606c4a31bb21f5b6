// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_check.h"

#include <algorithm>
#include <numeric>
#include <ranges>
#include <string_view>

namespace slipway::serving {
namespace {

using runtime::TensorSpec;

/// What a message shows of a client's name.
std::string_view Shown(std::string_view name) { return name.substr(0, 64); }

std::size_t FindInput(const std::vector<TensorSpec>& specs, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(specs, name, &TensorSpec::name) -
                                  specs.begin());
}

Error UnknownInput(const ModelSignature& signature, std::string_view name) {
  return InvalidArgument(
      "the model has no input {:?}: it has {}", Shown(name),
      fmt::join(signature.inputs | std::views::transform(&TensorSpec::name), ", "));
}

Error UnknownOutput(const ModelSignature& signature, std::string_view name) {
  const auto name_of = [](const ServedOutput& output) -> const std::string& {
    return output.spec.name;
  };
  return InvalidArgument("the model has no output {:?}: it has {}", Shown(name),
                         fmt::join(signature.outputs | std::views::transform(name_of), ", "));
}

/// Rows are the first dimension; every input of one request has as many.
Status CheckRows(const ModelSignature& signature, std::span<const TensorView> inputs) {
  const std::int64_t rows = inputs.front().shape[0];
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i].shape[0] == rows) continue;
    return InvalidArgument("input {:?} has {} rows, input {:?} has {}: want as many",
                           signature.inputs[0].name, rows, signature.inputs[i].name,
                           inputs[i].shape[0]);
  }
  return {};
}

}  // namespace

Result<std::vector<TensorView>> OrderInputs(const ModelSignature& signature,
                                            std::span<const InputTensor> inputs) {
  const std::vector<TensorSpec>& specs = signature.inputs;
  std::vector<TensorView> ordered(specs.size());
  std::vector<bool> found(specs.size());
  for (const InputTensor& input : inputs) {
    const std::size_t index = FindInput(specs, input.name);
    if (index == specs.size()) return UnknownInput(signature, input.name);
    if (found[index]) return InvalidArgument("input {:?} comes twice", specs[index].name);
    found[index] = true;
    ordered[index] = input.tensor;
  }
  const auto missing = static_cast<std::size_t>(std::ranges::find(found, false) - found.begin());
  if (missing < specs.size()) {
    return InvalidArgument("input {:?} is missing: want {} of shape {}", specs[missing].name,
                           DataTypeName(specs[missing].dtype), FormatSizes(specs[missing].shape));
  }
  SLIPWAY_TRY(runtime::CheckInputs(specs, ordered));
  if (signature.max_batch_size > 0) SLIPWAY_TRY(CheckRows(signature, ordered));
  return ordered;
}

Result<std::vector<std::size_t>> FindOutputs(const ModelSignature& signature,
                                             std::span<const std::string> names) {
  std::vector<std::size_t> positions;
  if (names.empty()) {
    positions.resize(signature.outputs.size());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    return positions;
  }
  for (const std::string& name : names) {
    const auto has_name = [&](const ServedOutput& output) { return output.spec.name == name; };
    const auto found = std::ranges::find_if(signature.outputs, has_name);
    if (found == signature.outputs.end()) return UnknownOutput(signature, name);
    const auto position = static_cast<std::size_t>(found - signature.outputs.begin());
    if (std::ranges::find(positions, position) != positions.end()) {
      return InvalidArgument("output {:?} is asked for twice", name);
    }
    positions.push_back(position);
  }
  return positions;
}

}  // namespace slipway::serving
