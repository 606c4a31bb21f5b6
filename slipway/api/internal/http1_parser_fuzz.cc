// SPDX-License-Identifier: Apache-2.0
// Feeds bytes to an HTTP/1 session in pieces: the first byte chooses their size.
#include "slipway/api/internal/http1_session.h"
#include "slipway/api/testing/session_harness.h"

#include <algorithm>
#include <span>

namespace slipway::api {
namespace {

void AnswerInPieces(HttpSession& session, RequestId id, bool to_the_end) {
  HttpResponse piece;
  piece.body.emplace_back(std::string(100, 'p'));
  session.Write(id, StreamStep::kStart, {});
  session.Write(id, StreamStep::kWrite, std::move(piece));
  if (to_the_end) session.Write(id, StreamStep::kFinish, {});
}

void Feed(const std::uint8_t* data, std::size_t size) {
  SessionHarness harness({.max_body_bytes = 100'000});
  Http1Session session(harness.context());
  const std::size_t step = std::size_t{data[0]} + 1;
  bool answer_at_once = false;
  harness.on_request = [&](RequestId id, const HttpRequest&) {
    answer_at_once = !answer_at_once;
    if (answer_at_once) session.Respond(id, {});
  };
  harness.on_stream = [&](RequestId id) {
    answer_at_once = !answer_at_once;
    AnswerInPieces(session, id, answer_at_once);
  };
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  while (!rest.empty() && !session.finished()) {
    const auto piece = rest.first(std::min(step, rest.size()));
    session.Receive(std::as_bytes(piece));
    rest = rest.subspan(piece.size());
    TakeOutput(session);
  }
  session.ReceiveEnd();
  for (const auto& arrival : harness.arrivals) session.Respond(arrival.id, {});
  for (const auto& stream : harness.streams) session.Write(stream.id, StreamStep::kRelease, {});
  TakeOutput(session);
  session.Abandon();
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) slipway::api::Feed(data, size);
  return 0;
}
