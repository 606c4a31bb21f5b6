// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_handler.h"
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_infer_decoder.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_service.h"

#include <benchmark/benchmark.h>
#include <google/protobuf/arena.h>

#include <string>
#include <vector>

namespace slipway::api {
namespace {

constexpr std::size_t kImageFloats = 150'528;  // 3 * 224 * 224

std::string Message(std::size_t count) {
  inference::ModelInferRequest message;
  message.set_model_name("echo");
  auto& input = *message.add_inputs();
  input.set_name("x");
  input.set_datatype("FP32");
  input.add_shape(1);
  input.add_shape(static_cast<std::int64_t>(count));
  message.add_raw_input_contents(std::string(count * sizeof(float), '\1'));
  return message.SerializeAsString();
}

std::string Framed(const std::string& message) {
  std::string framed = std::string(kGrpcPrefixBytes, '\0') + message;
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(message.size()));
  return framed;
}

/// What we do: views into the body.
void DecodeByOurReader(benchmark::State& state) {
  const std::string body = Framed(Message(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    auto request = DecodeGrpcInfer({.body = body});
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(DecodeByOurReader)->Arg(16)->Arg(kImageFloats);

/// What we compare with: only the library's parsing, without making an `InferRequest` of it.
void DecodeByTheLibrary(benchmark::State& state) {
  const std::string message = Message(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const std::string body = message;
    google::protobuf::Arena arena;
    auto* request = google::protobuf::Arena::CreateMessage<inference::ModelInferRequest>(&arena);
    benchmark::DoNotOptimize(request->ParseFromString(body));
  }
}
BENCHMARK(DecodeByTheLibrary)->Arg(16)->Arg(kImageFloats);

void RoundTrip(benchmark::State& state) {
  FakeService service;
  metrics::Registry registry;
  FrontMetrics front_metrics(registry);
  const FrontContext context{.metrics = front_metrics, .clock = SystemClock()};
  FrontHandler handler({service, registry, context}, {Permission::kInference});
  HttpRequest request;
  request.version = HttpVersion::kHttp2;
  request.method = "POST";
  request.target = "/inference.GRPCInferenceService/ModelInfer";
  request.headers.Add("content-type", "application/grpc");
  request.headers.Add("te", "trailers");
  request.body = Framed(Message(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    HttpResponse answer;
    handler.Handle(request, [&answer](HttpResponse response) { answer = std::move(response); });
    handler.OnRoundEnd();
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(RoundTrip)->Arg(16)->Arg(kImageFloats);

}  // namespace
}  // namespace slipway::api
