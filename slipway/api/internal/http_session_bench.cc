// SPDX-License-Identifier: Apache-2.0
// What one small request and its response cost in each protocol, without sockets.
#include "slipway/api/internal/http1_session.h"
#include "slipway/api/internal/http2_session.h"
#include "slipway/base/check.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {
namespace {

// Answers each request at once, as the transport does with a handler that does nothing.
class NullSink final : public RequestSink {
 public:
  void OnRequest(RequestId id, HttpRequest) override {
    HttpResponse response;
    response.headers.Add("content-type", "application/json");
    response.body.emplace_back(std::string(100, 'x'));
    session->Respond(id, std::move(response));
  }
  StreamMode ModeOf(const HttpRequest&) const override { return StreamMode::kWhole; }
  std::shared_ptr<StreamObserver> OnStream(RequestId, HttpRequest) override { return nullptr; }
  void OnStreamEvent() override {}
  HttpSession* session = nullptr;
};

struct Bench {
  TransportOptions options;
  RoundTime time{SystemClock()};
  NullSink sink;

  SessionContext context() { return {.options = options, .time = time, .sink = sink}; }
  void Exchange(std::string_view bytes) {
    sink.session->Receive(AsBytes(bytes));
    OutputQueue& output = sink.session->Output();
    SLIPWAY_CHECK(!output.empty());
    output.Consume(output.size());
  }
};

void Http1Request(benchmark::State& state) {
  Bench bench;
  Http1Session session(bench.context());
  bench.sink.session = &session;
  const std::string request =
      "POST /v2/models/identity/infer HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: bench\r\n"
      "Inference-Header-Content-Length: 100\r\nContent-Length: 164\r\n\r\n" +
      std::string(164, 'x');
  for ([[maybe_unused]] const auto unused : state) bench.Exchange(request);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Http1Request);

std::string Frame(char type, char flags, std::string_view payload) {
  std::string frame = {0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0, 0};
  return frame.append(payload);
}

void SetStream(std::string& frames, std::size_t at, std::uint32_t stream) {
  for (std::size_t byte = 0; byte < 4; ++byte) {
    frames[at + byte] = static_cast<char>(stream >> (24U - 8U * byte));
  }
}

// A POST of 64 bytes, its names and values from HPACK's static table or literal, on stream 0.
std::string Http2Post() {
  constexpr char kEndHeaders = 4;
  constexpr char kEndStream = 1;
  const std::string header =
      "\x83\x86\x04\x06/infer\x01\x04host\x0f\x10\x10"
      "application/grpc";
  return Frame(1, kEndHeaders, header) + Frame(0, kEndStream, std::string(64, 'x'));
}

void Http2Request(benchmark::State& state) {
  constexpr std::uint32_t kRequestsPerSession = 1'000'000;
  constexpr std::size_t kStreamAt = 5;
  Bench bench;
  std::optional<Http2Session> session;
  std::string frames = Http2Post();
  const std::size_t data_at = frames.size() - 64 - 9;
  std::uint32_t stream = 0;
  for ([[maybe_unused]] const auto unused : state) {
    if (stream % (2 * kRequestsPerSession) == 0) {
      session.emplace(bench.context());
      bench.sink.session = &*session;
      bench.Exchange(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + Frame(4, 0, "") +
                     Frame(8, 0, std::string_view("\x7f\0\0\0", 4)));
      stream = 0;
    }
    ++stream;
    SetStream(frames, kStreamAt, stream);
    SetStream(frames, data_at + kStreamAt, stream);
    bench.Exchange(frames);
    ++stream;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Http2Request);

}  // namespace
}  // namespace slipway::api
