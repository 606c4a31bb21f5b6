// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/output_choice.h"
#include "slipway/api/internal/shared_memory.h"
#include "slipway/base/clock.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::api {

/// A framed `ModelInferRequest` that is not compressed, and what is known besides.
struct GrpcInferMessage {
  std::string body;
  std::optional<SteadyTime> deadline = {};
  /// The memory that inputs and outputs may lie in; null: none may.
  const SharedMemoryRegions* regions = nullptr;
  std::uint64_t max_shared_bytes = std::uint64_t{64} << 20U;  ///< That inputs may have in all.
};

/// An inference request that came over gRPC.
struct GrpcInferRequest {
  serving::InferRequest request;
  /// How the outputs that are asked for by name are sent; empty if all are sent as they are.
  std::vector<RequestedOutput> outputs = {};
};

/// Reads `message`. Raw tensors stay where they are in the body, at whatever alignment the client
/// gave them; typed contents are converted; those in shared memory are copied, because their owner
/// may change them meanwhile.
///
/// Takes the bytes that the protobuf library takes. kInvalidArgument names the field and the
/// values; kNotFound a region that is not registered; kUnimplemented shared memory that is not
/// offered.
Result<GrpcInferRequest> DecodeGrpcInfer(GrpcInferMessage message);

}  // namespace slipway::api
