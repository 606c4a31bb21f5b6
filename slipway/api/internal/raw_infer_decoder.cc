// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/raw_infer_decoder.h"

#include "slipway/api/internal/wire_tensor.h"
#include "slipway/tensor/bytes_layout.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

/// The shape of a tensor of `body_size` bytes that `spec` fits, whose free sizes are `sizes`' -1.
Result<Shape> ShapeOfSize(std::vector<std::int64_t> sizes, const runtime::TensorSpec& spec,
                          std::uint64_t body_size) {
  const auto free = std::ranges::find(sizes, -1);
  if (free != sizes.end()) *free = 1;
  if (std::ranges::find(sizes, -1) != sizes.end()) {
    return InvalidArgument("input {:?} has more than one variable dimension, {}", spec.name,
                           FormatSizes(spec.shape));
  }
  SLIPWAY_TRY_ASSIGN(const Shape smallest, Shape::Create(sizes));
  const std::uint64_t step =
      ByteSizeOf(spec.dtype, static_cast<std::uint64_t>(smallest.element_count())).value_or(0);
  const bool fits = free == sizes.end() ? body_size == step : step > 0 && body_size % step == 0;
  if (!fits) {
    return InvalidArgument("the body has {} bytes, input {:?} {} {} takes {} {}", body_size,
                           spec.name, WireName(spec.dtype), FormatSizes(spec.shape),
                           free == sizes.end() ? "exactly" : "a multiple of", step);
  }
  if (free == sizes.end()) return smallest;
  *free = static_cast<std::int64_t>(body_size / step);
  return Shape::Create(sizes);
}

/// The tensor that all of `storage`'s body is.
Result<TensorView> TensorOf(const runtime::TensorSpec& spec, bool batches,
                            RequestStorage& storage) {
  std::vector<std::int64_t> sizes = spec.shape;
  if (batches && !sizes.empty()) sizes.front() = 1;
  if (spec.dtype != DataType::kBytes) {
    SLIPWAY_TRY_ASSIGN(const Shape shape, ShapeOfSize(std::move(sizes), spec, storage.body.size()));
    return TensorView{spec.dtype, shape, AsBytes(storage.body)};
  }
  std::ranges::replace(sizes, -1, 1);
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  if (shape.element_count() != 1) {
    return InvalidArgument("input {:?} has more than one element, {}: a raw body is one", spec.name,
                           FormatSizes(spec.shape));
  }
  std::string layout;
  SLIPWAY_TRY(AppendBytesElement(layout, storage.body));
  storage.body = std::move(layout);
  return TensorView{DataType::kBytes, shape, AsBytes(storage.body)};
}

}  // namespace

bool IsRawInfer(std::optional<std::string_view> json_length) {
  return json_length && !json_length->empty() &&
         json_length->find_first_not_of('0') == json_length->npos;
}

Result<RestInferRequest> DecodeRawInfer(RestInferMessage message,
                                        const serving::ModelMetadata& metadata) {
  if (metadata.inputs.size() != 1) {
    return InvalidArgument(
        "model {:?} has {} inputs: a body without JSON (Inference-Header-Content-Length 0) needs "
        "one",
        metadata.name.text(), metadata.inputs.size());
  }
  const runtime::TensorSpec& spec = metadata.inputs.front();
  auto storage = std::make_shared<RequestStorage>();
  storage->body = std::move(message.body);
  SLIPWAY_TRY_ASSIGN(const TensorView tensor,
                     TensorOf(spec, metadata.max_batch_size > 0, *storage));
  SLIPWAY_TRY(CheckWireTensor(tensor));
  serving::InferRequest request{.model = std::move(message.model), .version = message.version};
  request.inputs.push_back({spec.name, tensor});
  request.storage = std::move(storage);
  return RestInferRequest{.request = std::move(request), .choice = {.by_default = true}};
}

}  // namespace slipway::api
