// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/shared_tensor.h"

#include "slipway/api/internal/wire_tensor.h"

#include <optional>
#include <span>
#include <string>

namespace slipway::api {

Error SharedMemoryNotOffered() {
  return MakeError(ErrorCode::kUnimplemented,
                   "shared memory is not offered: the server was started without "
                   "--allow-client-shm");
}

Result<Tensor> ReadSharedTensor(const SharedMemoryRange& range, DataType dtype,
                                const Shape& shape) {
  if (dtype == DataType::kBytes) {
    std::string bytes(static_cast<std::size_t>(range.byte_size), '\0');
    SLIPWAY_TRY(range.region->Read(range.offset, std::as_writable_bytes(std::span(bytes))));
    return Tensor::CopyOf({dtype, shape, AsBytes(bytes)});
  }
  const std::optional<std::uint64_t> wanted =
      ByteSizeOf(dtype, static_cast<std::uint64_t>(shape.element_count()));
  if (wanted != range.byte_size) {
    return InvalidArgument("shared_memory_byte_size is {}, but {} {} has {} bytes", range.byte_size,
                           WireName(dtype), ToString(shape), wanted.value_or(0));
  }
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(dtype, shape));
  SLIPWAY_TRY(range.region->Read(range.offset, tensor.mutable_bytes()));
  SLIPWAY_TRY(CheckWireTensor(tensor.view()));
  return tensor;
}

}  // namespace slipway::api
