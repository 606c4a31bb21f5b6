// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_shared_memory_procedures.h"

#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/shared_tensor.h"
#include "slipway/api/proto/inference.pb.h"

#include <optional>
#include <vector>

namespace slipway::api {

Result<std::string> AnswerSharedMemoryStatus(const SharedMemoryRegions* regions,
                                             std::string_view framed) {
  if (regions == nullptr) return SharedMemoryNotOffered();
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<inference::SystemSharedMemoryStatusRequest>(framed));
  std::optional<std::string_view> name;
  if (!request.name().empty()) name = request.name();
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedMemoryPlace> places, regions->List(name));
  inference::SystemSharedMemoryStatusResponse response;
  for (const SharedMemoryPlace& place : places) {
    auto& region = (*response.mutable_regions())[place.name];
    region.set_name(place.name);
    region.set_key(place.key);
    region.set_offset(place.offset);
    region.set_byte_size(place.byte_size);
  }
  return response.SerializeAsString();
}

Result<std::string> AnswerSharedMemoryRegister(SharedMemoryRegions* regions,
                                               std::string_view framed) {
  if (regions == nullptr) return SharedMemoryNotOffered();
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<inference::SystemSharedMemoryRegisterRequest>(framed));
  SLIPWAY_TRY(regions->Register({.name = request.name(),
                                 .key = request.key(),
                                 .offset = request.offset(),
                                 .byte_size = request.byte_size()}));
  return std::string();
}

Result<std::string> AnswerSharedMemoryUnregister(SharedMemoryRegions* regions,
                                                 std::string_view framed) {
  if (regions == nullptr) return SharedMemoryNotOffered();
  SLIPWAY_TRY_ASSIGN(const auto request,
                     ParseGrpcMessage<inference::SystemSharedMemoryUnregisterRequest>(framed));
  if (request.name().empty()) {
    regions->UnregisterAll();
  } else {
    regions->Unregister(request.name());
  }
  return std::string();
}

}  // namespace slipway::api
