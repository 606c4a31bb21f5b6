// SPDX-License-Identifier: Apache-2.0
// Feeds frames to an HTTP/2 session that has already been greeted. The first byte chooses how they
// are cut and which requests are answered at once.
#include "slipway/api/internal/http2_session.h"
#include "slipway/api/testing/session_harness.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace slipway::api {
namespace {

void Feed(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kGreeting("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  SessionHarness harness({.max_body_bytes = 100'000, .max_streams = 8});
  Http2Session session(harness.context());
  session.Receive(AsBytes(kGreeting));
  const std::size_t step = std::size_t{data[0]} + 1;
  harness.on_request = [&](RequestId id, const HttpRequest&) {
    if (id % 4 == data[0] % 4U) return;
    HttpResponse response;
    response.body.emplace_back(std::string(id * 1'000, 'x'));
    response.has_trailers = id % 3 == 0;
    session.Respond(id, std::move(response));
  };
  harness.on_stream = [&](RequestId id) {
    HttpResponse piece;
    piece.body.emplace_back(std::string(id * 1'000, 'p'));
    session.Write(id, StreamStep::kStart, {});
    session.Write(id, StreamStep::kWrite, std::move(piece));
    if (id % 3 == 0) session.Write(id, StreamStep::kFinish, {});
  };
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  while (!rest.empty() && !session.finished()) {
    const auto piece = rest.first(std::min(step, rest.size()));
    session.Receive(std::as_bytes(piece));
    rest = rest.subspan(piece.size());
    TakeOutput(session);
  }
  session.Drain();
  for (const auto& arrival : harness.arrivals) {
    if (arrival.id % 4 == data[0] % 4U) session.Respond(arrival.id, {});
  }
  for (const auto& stream : harness.streams) session.Write(stream.id, StreamStep::kRelease, {});
  session.CheckDeadlines();
  TakeOutput(session);
  session.Abandon();
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) slipway::api::Feed(data, size);
  return 0;
}
