// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/complete_tensor.h"

#include "slipway/tensor/shape.h"

#include <algorithm>
#include <utility>

namespace slipway::serving {
namespace {

using Sizes = std::vector<std::int64_t>;

Sizes WithBatchDimension(Sizes dims, bool batches) {
  if (batches) dims.insert(dims.begin(), -1);
  return dims;
}

/// The shape that both agree on: where one leaves a size free, the other's.
Result<Sizes> Merge(const TensorToComplete& tensor, const Sizes& dims) {
  const runtime::TensorSpec& spec = tensor.spec;
  Sizes shape = WithBatchDimension(dims, tensor.batches);
  bool agree = shape.size() == spec.shape.size();
  for (std::size_t i = 0; agree && i < shape.size(); ++i) {
    if (shape[i] == -1) shape[i] = spec.shape[i];
    agree = spec.shape[i] == -1 || shape[i] == spec.shape[i];
  }
  if (agree) return shape;
  return InvalidArgument("{} {:?} has {} {}{} in the configuration, shape {} in the model",
                         tensor.field, spec.name, tensor.config->reshape ? "reshape" : "dims",
                         FormatSizes(dims), tensor.batches ? " after the batch dimension" : "",
                         FormatSizes(spec.shape));
}

/// Gives the free sizes of `dims` those that the model has fixed in `merged`, which both were
/// `reshape` once.
Sizes FixSizes(Sizes dims, const Sizes& reshape, const Sizes& merged) {
  auto free = dims.begin();
  for (std::size_t i = 0; i < reshape.size(); ++i) {
    if (reshape[i] != -1) continue;
    free = std::find(free, dims.end(), -1);
    *free++ = merged[i];
  }
  return dims;
}

Result<CompleteTensor> CompleteFlat(const TensorToComplete& tensor) {
  const runtime::TensorSpec& spec = tensor.spec;
  if (tensor.config->reshape) {
    return InvalidArgument("{} {:?} is ragged and cannot be reshaped", tensor.field, spec.name);
  }
  if (spec.shape.size() != 1 || spec.shape[0] != -1) {
    return InvalidArgument("{} {:?} is ragged: the model must have it in shape [-1], not {}",
                           tensor.field, spec.name, FormatSizes(spec.shape));
  }
  CompleteTensor complete{.spec = spec};
  complete.spec.shape = WithBatchDimension(tensor.config->dims, true);
  return complete;
}

}  // namespace

Result<CompleteTensor> Complete(const TensorToComplete& tensor) {
  CompleteTensor complete{.spec = tensor.spec};
  const TensorConfig* const config = tensor.config;
  if (config == nullptr) return complete;
  if (tensor.is_flat) return CompleteFlat(tensor);
  if (!config->reshape) {
    SLIPWAY_TRY_ASSIGN(complete.spec.shape, Merge(tensor, config->dims));
    return complete;
  }
  SLIPWAY_TRY_ASSIGN(complete.model_shape, Merge(tensor, *config->reshape));
  complete.spec.shape =
      FixSizes(WithBatchDimension(config->dims, tensor.batches),
               WithBatchDimension(*config->reshape, tensor.batches), *complete.model_shape);
  return complete;
}

}  // namespace slipway::serving
