// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_check.h"

#include "slipway/serving/internal/reshape.h"

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
  const auto first = static_cast<std::size_t>(std::ranges::find_if_not(inputs, runtime::IsAbsent) -
                                              inputs.begin());
  if (first == inputs.size()) return InvalidArgument("the request has no input: want at least one");
  const std::int64_t rows = inputs[first].shape[0];
  for (std::size_t i = first + 1; i < inputs.size(); ++i) {
    if (runtime::IsAbsent(inputs[i]) || inputs[i].shape[0] == rows) continue;
    return InvalidArgument("input {:?} has {} rows, input {:?} has {}: want as many",
                           signature.inputs[first].name, rows, signature.inputs[i].name,
                           inputs[i].shape[0]);
  }
  return {};
}

/// Checks what is there; only optional inputs may be absent.
Status CheckTensors(const ModelSignature& signature, std::span<const TensorView> inputs) {
  const std::span<const TensorSpec> specs = signature.inputs;
  const std::size_t always = specs.size() - signature.optional_inputs;
  SLIPWAY_TRY(runtime::CheckInputs(specs.first(always), inputs.first(always)));
  for (std::size_t i = always; i < specs.size(); ++i) {
    if (runtime::IsAbsent(inputs[i])) continue;
    SLIPWAY_TRY(runtime::CheckInputs(specs.subspan(i, 1), inputs.subspan(i, 1)));
  }
  return {};
}

Result<std::uint64_t> ReadCount(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return 0;
  if (const auto* const number = std::get_if<std::uint64_t>(&found->second)) return *number;
  const auto* const number = std::get_if<std::int64_t>(&found->second);
  if (number == nullptr) return InvalidArgument("parameter {:?} is not a whole number", name);
  if (*number < 0) return InvalidArgument("parameter {:?} is {}: want 0 or more", name, *number);
  return static_cast<std::uint64_t>(*number);
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
  if (missing < specs.size() - signature.optional_inputs) {
    return InvalidArgument("input {:?} is missing: want {} of shape {}", specs[missing].name,
                           DataTypeName(specs[missing].dtype), FormatSizes(specs[missing].shape));
  }
  SLIPWAY_TRY(CheckTensors(signature, ordered));
  if (signature.max_batch_size > 0) SLIPWAY_TRY(CheckRows(signature, ordered));
  for (const InputReshape& reshape : signature.input_reshapes) {
    TensorView& view = ordered[reshape.input];
    if (runtime::IsAbsent(view)) continue;
    view.shape = Reshaped(view.shape, specs[reshape.input].shape, reshape.model_shape);
  }
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

Result<ScheduleWish> ReadScheduleWish(const Parameters& parameters) {
  ScheduleWish wish;
  if (parameters.empty()) return wish;
  SLIPWAY_TRY_ASSIGN(wish.priority, ReadCount(parameters, "priority"));
  SLIPWAY_TRY_ASSIGN(const std::uint64_t timeout, ReadCount(parameters, "timeout"));
  constexpr std::chrono::microseconds kLongest = std::chrono::days(1);
  wish.timeout = timeout < static_cast<std::uint64_t>(kLongest.count())
                     ? std::chrono::microseconds(timeout)
                     : kLongest;
  return wish;
}

}  // namespace slipway::serving
