// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/shared_memory.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace slipway::api {

/// Reads `bytes` into `message` over what is there; false if they are not such a message.
bool MergeGrpcField(google::protobuf::MessageLite& message, std::string_view bytes);

/// An entry of a map<string, InferParameter>. The key points into the message.
struct GrpcParameter {
  std::string_view key;
  serving::Parameter value;
};

/// Reads the entry in `bytes`. kInvalidArgument if it is none or has no value.
Result<GrpcParameter> ReadGrpcParameter(std::string_view bytes);

/// What the parameters of an input or of a requested output say that changes its meaning; others
/// are passed over.
struct GrpcTensorParameters {
  std::optional<std::string> region = {};  ///< Of shared memory, where the data is or goes.
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> byte_size = {};
  std::uint64_t classes = 0;  ///< `classification`; 0: the output itself.

  bool has_memory() const { return region || byte_size || offset != 0; }
  /// Takes the entry in `bytes`. kInvalidArgument with its key if its value is wrong.
  Status Take(std::string_view bytes);
  /// Where the memory is. kUnimplemented if `regions` is null: none is offered.
  Result<SharedMemoryRange> FindMemory(const SharedMemoryRegions* regions) const;
};

}  // namespace slipway::api
