// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/output_choice.h"
#include "slipway/api/internal/shared_memory.h"
#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

/// An inference request that came over REST.
struct RestInferRequest {
  serving::InferRequest request;
  OutputChoice choice;
};

/// The parts of an HTTP message that make an inference request.
struct RestInferMessage {
  ModelName model;
  std::optional<VersionId> version;
  /// The value of `Inference-Header-Content-Length`, if it was sent.
  std::optional<std::string_view> json_length;
  std::string body;
  /// The memory that inputs and outputs may lie in; null: none may.
  const SharedMemoryRegions* regions = nullptr;
  std::uint64_t max_shared_bytes = std::uint64_t{64} << 20U;  ///< That inputs may have in all.
};

/// Reads a KServe v2 inference request with Triton's extensions for binary tensors, shared memory
/// and classification.
///
/// Tensors in JSON become tensors of their type at once; binary ones stay where they are in the
/// body, at whatever alignment the client gave them; those in shared memory are copied, because
/// their owner may change them meanwhile. kInvalidArgument names the field and the values;
/// kNotFound a region that is not registered; kUnimplemented shared memory that is not offered.
Result<RestInferRequest> DecodeRestInfer(RestInferMessage message);

}  // namespace slipway::api
