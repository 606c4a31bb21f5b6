// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/trace_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace slipway::serving {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

SteadyTime At(int nanoseconds) { return SteadyTime(std::chrono::nanoseconds(nanoseconds)); }

RequestTrace Answered() {
  RequestTrace trace{.id = 7, .model = *ModelName::Parse("fashion"), .version = VersionId(2)};
  trace.request_id = "a\"b";
  trace.begun = At(10);
  trace.queued = At(20);
  trace.times = {.started = At(30), .gathered = At(40), .computed = At(50), .finished = At(60)};
  trace.ended = At(70);
  return trace;
}

TEST(TraceJsonTest, WritesNamesAndStages) {
  EXPECT_EQ(TraceJson(Answered()),
            R"({"id":7,"model_name":"fashion","model_version":2,"request_id":"a\"b","parent_id":0,)"
            R"("timestamps":[{"name":"REQUEST_START","ns":10},{"name":"QUEUE_START","ns":20},)"
            R"({"name":"COMPUTE_START","ns":30},{"name":"COMPUTE_INPUT_END","ns":40},)"
            R"({"name":"COMPUTE_OUTPUT_START","ns":50},{"name":"COMPUTE_END","ns":60},)"
            R"({"name":"REQUEST_END","ns":70}]})");
}

TEST(TraceJsonTest, LeavesTheEngineOutForARequestThatNeverReachedIt) {
  RequestTrace trace = Answered();
  trace.times = {};

  EXPECT_THAT(TraceJson(trace), Not(HasSubstr("COMPUTE")));
}

TEST(TraceJsonTest, WritesTheCallersTraceContext) {
  RequestTrace trace = Answered();
  trace.context = TraceContext{.trace_id = {0x0a, 0xff}, .parent_id = {1}};

  EXPECT_THAT(TraceJson(trace), HasSubstr(R"("trace_id":"0aff0000000000000000000000000000",)"
                                          R"("parent_span_id":"0100000000000000")"));
}

TEST(TraceJsonTest, WritesTensorsAsElementsOfTheirOwn) {
  static constexpr std::array<std::int32_t, 2> kValues = {5, -6};
  const TensorView view{DataType::kInt32, Shape({1, 2}), std::as_bytes(std::span(kValues))};
  RequestTrace trace = Answered();
  trace.inputs.push_back({"x", view});
  trace.outputs.push_back({"y", {view, nullptr}});

  const std::string json = TraceJson(trace);

  EXPECT_THAT(json, StartsWith(R"({"id":7,"model_name")"));
  EXPECT_THAT(json, EndsWith(R"(,{"id":7,"activity":"TENSOR_QUEUE_INPUT","tensor":{"name":"x",)"
                             R"("data":"5,-6","shape":"1,2","dtype":"INT32"}})"
                             R"(,{"id":7,"activity":"TENSOR_BACKEND_OUTPUT","tensor":{"name":"y",)"
                             R"("data":"5,-6","shape":"1,2","dtype":"INT32"}})"));
}

}  // namespace
}  // namespace slipway::serving
