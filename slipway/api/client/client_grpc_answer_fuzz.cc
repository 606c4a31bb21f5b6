// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_codec.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  static_cast<void>(slipway::api::client::DecodeModelInfer(message));
  static_cast<void>(slipway::api::client::DecodeModelMetadata(message));
  static_cast<void>(slipway::api::client::DecodeServerReady(message));
  return 0;
}
