// SPDX-License-Identifier: Apache-2.0
// Feeds the body of a gRPC call in pieces to the reader of messages: the first byte chooses their
// size. However it is cut, the messages are the same.
#include "slipway/api/internal/grpc_compression.h"
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_message_reader.h"
#include "slipway/base/check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

constexpr std::uint64_t kMaxBytes = 10'000;

std::vector<std::string> ReadAll(std::string_view body, std::size_t step) {
  GrpcMessageReader reader(kMaxBytes);
  std::vector<std::string> messages;
  while (!body.empty()) {
    reader.Add(body.substr(0, step));
    body.remove_prefix(std::min(step, body.size()));
    auto next = reader.Next();
    for (; next && *next; next = reader.Next()) messages.push_back(**std::move(next));
    if (!next) break;
  }
  return messages;
}

void Run(std::string_view input) {
  const std::string_view body = input.substr(1);
  const std::vector<std::string> whole = ReadAll(body, body.size());
  SLIPWAY_CHECK(ReadAll(body, static_cast<unsigned char>(input[0]) + 1U) == whole);
  for (const std::string& message : whole) {
    SLIPWAY_CHECK(CheckGrpcLength(message).has_value());
    const Result<std::string> plain =
        DecompressGrpcMessage(message, ContentCoding::kGzip, kMaxBytes);
    SLIPWAY_CHECK(!plain || plain->size() <= kMaxBytes + kGrpcPrefixBytes);
    SLIPWAY_CHECK(!plain || UnframeGrpcMessage(*plain).has_value());
  }
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
