// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_codec.h"

#include <cstdint>

using slipway::api::client::DecodeInferAnswer;
using slipway::api::client::DecodeMetadata;
using slipway::api::client::RestAnswer;

// Two bytes choose the status and where the JSON ends; the body follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const RestAnswer answer = {
      .status = data[0] % 2 == 0 ? 200 : 400,
      .json_size = data[1] == 0 ? std::nullopt : std::optional<std::uint64_t>(data[1]),
      .body = {reinterpret_cast<const char*>(data) + 2, size - 2}};
  static_cast<void>(DecodeInferAnswer(answer));
  static_cast<void>(DecodeMetadata(answer));
  return 0;
}
