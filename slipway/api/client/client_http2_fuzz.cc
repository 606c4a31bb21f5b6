// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_load.h"
#include "slipway/api/client/internal/grpc_session.h"
#include "slipway/base/check.h"

#include <cstdint>

namespace slipway::api::client {
namespace {

constexpr std::size_t kCalls = 3;

// Counts outcomes; a request has exactly one.
class CountingSink final : public AnswerSink {
 public:
  void OnAnswer(SteadyTime, const Status&) override { ++count_; }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

void RunLoad(std::string_view input) {
  // A server's empty SETTINGS, without which no call begins.
  constexpr std::string_view kSettings("\0\0\0\4\0\0\0\0\0", 9);
  LoadRequest request = {.authority = "h:1",
                         .bytes = std::string(70'000, 'x'),
                         .streams = kCalls,
                         .max_answer_bytes = 1'000,
                         .body_use = BodyUse::kCompare,
                         .body = "abc"};
  GrpcLoad load(request);
  CountingSink sink;
  std::string output;
  SLIPWAY_CHECK(load.Receive(kSettings, output, sink).has_value());
  for (std::size_t i = 0; i < kCalls; ++i) load.Begin({}, output);
  static_cast<void>(load.Receive(input, output, sink));
  load.Abandon(InternalError("end"), sink);
  SLIPWAY_CHECK(sink.count() == kCalls);
}

void RunSession(std::string_view input) {
  const auto session = GrpcSession::Create(1'000);
  SLIPWAY_CHECK(session.has_value());
  SLIPWAY_CHECK(
      (*session)->Start({.authority = "h:1", .method = "/s/M", .frame = "12345"}).has_value());
  const auto drain = [&session] {
    for (auto piece = (*session)->NextOutput(); piece && !piece->empty();) {
      piece = (*session)->NextOutput();
    }
  };
  drain();
  if (!(*session)->Receive(input)) return;
  drain();
  if ((*session)->done() && (*session)->CheckAnswered()) {
    static_cast<void>((*session)->TakeMessage());
  }
}

}  // namespace
}  // namespace slipway::api::client

// What a hostile server may send to either HTTP/2 client.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  slipway::api::client::RunLoad(input);
  slipway::api::client::RunSession(input);
  return 0;
}
