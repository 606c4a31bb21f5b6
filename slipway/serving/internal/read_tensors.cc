// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/read_tensors.h"

#include "slipway/tensor/shape.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace slipway::serving {
namespace {

std::optional<DataType> DataTypeOfConfig(config::DataType type) {
  // The wire's names are those of the configuration, but for byte strings.
  if (type == config::TYPE_STRING) return DataType::kBytes;
  const std::string& name = config::DataType_Name(type);
  constexpr std::string_view kPrefix = "TYPE_";
  if (name.size() <= kPrefix.size()) return std::nullopt;
  return DataTypeFromWireName(std::string_view(name).substr(kPrefix.size()));
}

Status CheckSizes(std::string_view place, std::span<const std::int64_t> sizes) {
  for (const std::int64_t size : sizes) {
    if (size >= 1 || size == -1) continue;
    return InvalidArgument("{}: a size is {}: want at least 1, or -1 for a free one", place, size);
  }
  return {};
}

/// Products of the sizes between free ones: two shapes can be turned into each other, whatever the
/// free sizes are, if these are the same.
std::vector<std::int64_t> FixedProducts(std::span<const std::int64_t> sizes) {
  std::vector<std::int64_t> products = {1};
  for (const std::int64_t size : sizes) {
    if (size == -1) {
      products.push_back(1);
    } else if (__builtin_mul_overflow(products.back(), size, &products.back())) {
      return {};
    }
  }
  return products;
}

Result<std::vector<std::int64_t>> ReadReshape(std::string_view place, const TensorConfig& tensor,
                                              const config::ModelTensorReshape& message) {
  std::vector<std::int64_t> reshape(message.shape().begin(), message.shape().end());
  SLIPWAY_TRY(CheckSizes(fmt::format("{} reshape", place), reshape));
  const std::vector<std::int64_t> products = FixedProducts(reshape);
  if (!products.empty() && products == FixedProducts(tensor.dims)) return reshape;
  return InvalidArgument(
      "{}: dims {} cannot be reshaped to {}: want as many elements, and the free sizes in order",
      place, FormatSizes(tensor.dims), FormatSizes(reshape));
}

/// Reads what inputs and outputs have in common.
template <typename Tensor>
Result<TensorConfig> ReadTensor(std::string_view field, const Tensor& message) {
  TensorConfig tensor{.name = message.name()};
  if (tensor.name.empty()) return InvalidArgument("{} has no name", field);
  if (message.data_type() != config::TYPE_INVALID) {
    tensor.dtype = DataTypeOfConfig(message.data_type());
    if (!tensor.dtype) {
      return InvalidArgument("{} {:?}: data_type {} is not a type", field, tensor.name,
                             static_cast<int>(message.data_type()));
    }
  }
  if (message.dims().empty()) return InvalidArgument("{} {:?} has no dims", field, tensor.name);
  tensor.dims.assign(message.dims().begin(), message.dims().end());
  const std::string place = fmt::format("{} {:?}", field, tensor.name);
  SLIPWAY_TRY(CheckSizes(place + " dims", tensor.dims));
  if (message.has_reshape()) {
    SLIPWAY_TRY_ASSIGN(tensor.reshape, ReadReshape(place, tensor, message.reshape()));
  }
  return tensor;
}

Status Add(std::string_view field, TensorConfig tensor, std::vector<TensorConfig>& tensors) {
  if (std::ranges::find(tensors, tensor.name, &TensorConfig::name) != tensors.end()) {
    return InvalidArgument("{} {:?} comes twice", field, tensor.name);
  }
  tensors.push_back(std::move(tensor));
  return {};
}

BatchFact FactOf(config::BatchInput::Kind kind) {
  switch (kind) {
    case config::BatchInput::BATCH_ACCUMULATED_ELEMENT_COUNT:
      return BatchFact::kAccumulatedElementCount;
    case config::BatchInput::BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO:
      return BatchFact::kAccumulatedElementCountWithZero;
    case config::BatchInput::BATCH_MAX_ELEMENT_COUNT_AS_SHAPE:
      return BatchFact::kMaxElementCountAsShape;
    case config::BatchInput::BATCH_ITEM_SHAPE:
      return BatchFact::kItemShape;
    case config::BatchInput::BATCH_ITEM_SHAPE_FLATTEN:
      return BatchFact::kItemShapeFlatten;
    default:
      return BatchFact::kElementCount;
  }
}

/// The one source and the targets of a batch_input or batch_output.
template <typename Message>
Status CheckEnds(std::string_view field, const Message& message) {
  if (message.target_name().empty()) return InvalidArgument("{} has no target_name", field);
  if (message.source_input_size() == 1) return {};
  return InvalidArgument("{} of {:?} has {} source_input: want 1", field, message.target_name(0),
                         message.source_input_size());
}

Result<BatchInputConfig> ReadBatchInput(const config::BatchInput& message) {
  SLIPWAY_TRY(CheckEnds("batch_input", message));
  const std::optional<DataType> dtype = DataTypeOfConfig(message.data_type());
  if (dtype != DataType::kInt32 && dtype != DataType::kFloat32) {
    return InvalidArgument("batch_input of {:?}: data_type is {}: want TYPE_INT32 or TYPE_FP32",
                           message.target_name(0), config::DataType_Name(message.data_type()));
  }
  return BatchInputConfig{.fact = FactOf(message.kind()),
                          .targets = {message.target_name().begin(), message.target_name().end()},
                          .dtype = *dtype,
                          .source = message.source_input(0)};
}

Result<BatchOutputConfig> ReadBatchOutput(const config::BatchOutput& message) {
  SLIPWAY_TRY(CheckEnds("batch_output", message));
  return BatchOutputConfig{.targets = {message.target_name().begin(), message.target_name().end()},
                           .source = message.source_input(0)};
}

}  // namespace

Status ReadTensors(const config::ModelConfig& message, ModelConfig& config) {
  for (const config::ModelInput& input : message.input()) {
    SLIPWAY_TRY_ASSIGN(TensorConfig tensor, ReadTensor("input", input));
    tensor.is_ragged = input.allow_ragged_batch();
    tensor.is_optional = input.optional();
    SLIPWAY_TRY(Add("input", std::move(tensor), config.inputs));
  }
  for (const config::ModelOutput& output : message.output()) {
    SLIPWAY_TRY_ASSIGN(TensorConfig tensor, ReadTensor("output", output));
    SLIPWAY_TRY(Add("output", std::move(tensor), config.outputs));
  }
  for (const config::BatchInput& input : message.batch_input()) {
    SLIPWAY_TRY_ASSIGN(BatchInputConfig read, ReadBatchInput(input));
    config.batch_inputs.push_back(std::move(read));
  }
  for (const config::BatchOutput& output : message.batch_output()) {
    SLIPWAY_TRY_ASSIGN(BatchOutputConfig read, ReadBatchOutput(output));
    config.batch_outputs.push_back(std::move(read));
  }
  return {};
}

}  // namespace slipway::serving
