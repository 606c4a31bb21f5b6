// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_handler.h"
#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/api/testing/fake_service.h"

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

constexpr std::size_t kImageFloats = 150'528;  // 3 * 224 * 224

std::vector<float> RandomFloats(std::size_t count) {
  std::mt19937 random(0);
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(random);
  return values;
}

/// A request to identity model "echo" as KServe's clients write it, seven digits a number.
std::string JsonBody(std::size_t count) {
  const std::vector<float> values = RandomFloats(count);
  return fmt::format(
      R"({{"inputs":[{{"name":"x","shape":[1,{}],"datatype":"FP32","data":[{:.7g}]}}]}})", count,
      fmt::join(values, ","));
}

std::string BinaryJson(std::size_t count) {
  return fmt::format(
      R"({{"inputs":[{{"name":"x","shape":[1,{}],"datatype":"FP32","parameters":{{"binary_data_size":{}}}}}],)"
      R"("outputs":[{{"name":"x","parameters":{{"binary_data":true}}}}]}})",
      count, count * sizeof(float));
}

/// The body of a request to decode; a copy is part of what is measured, as it is when it comes in.
void DecodeJson(benchmark::State& state) {
  const std::string body = JsonBody(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    auto infer = DecodeRestInfer({.model = *ModelName::Parse("echo"),
                                  .version = std::nullopt,
                                  .json_length = std::nullopt,
                                  .body = body});
    benchmark::DoNotOptimize(infer);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(DecodeJson)->Arg(16)->Arg(kImageFloats);

/// A whole request through the front, with a service that only hands the tensors back.
class Front {
 public:
  HttpResponse Ask(HttpRequest request) {
    HttpResponse answer;
    handler_.Handle(std::move(request),
                    [&answer](HttpResponse response) { answer = std::move(response); });
    handler_.OnRoundEnd();
    return answer;
  }

 private:
  FakeService service_;
  metrics::Registry registry_;
  FrontMetrics front_metrics_{registry_};
  FrontContext context_{.metrics = front_metrics_, .clock = SystemClock()};
  FrontHandler handler_{{service_, registry_, context_}, {Permission::kInference}};
};

void AskAgainAndAgain(benchmark::State& state, const HttpRequest& request) {
  Front front;
  for (auto _ : state) {
    HttpResponse response = front.Ask(request);
    benchmark::DoNotOptimize(response);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.body.size()));
}

HttpRequest InferRequestOf(std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/v2/models/echo/infer";
  request.headers.Add("host", "127.0.0.1:8000");
  request.headers.Add("content-length", std::to_string(body.size()));
  request.body = std::move(body);
  return request;
}

void RoundTripJson(benchmark::State& state) {
  AskAgainAndAgain(state, InferRequestOf(JsonBody(static_cast<std::size_t>(state.range(0)))));
}
BENCHMARK(RoundTripJson)->Arg(16)->Arg(kImageFloats);

void RoundTripBinary(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::string json = BinaryJson(count);
  const std::vector<float> values = RandomFloats(count);
  HttpRequest request =
      InferRequestOf(json + std::string(AsText(std::as_bytes(std::span(values)))));
  request.headers.Add("inference-header-content-length", std::to_string(json.size()));
  AskAgainAndAgain(state, request);
}
BENCHMARK(RoundTripBinary)->Arg(16)->Arg(kImageFloats);

}  // namespace
}  // namespace slipway::api
