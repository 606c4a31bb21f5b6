// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/request_tracer.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/serving/testing/model_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ns;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::Not;
using ::testing::NotNull;

constexpr std::array<float, 2> kRow = {1, 2.5};

class RequestTracerTest : public ::testing::Test {
 protected:
  /// Everything is traced unless `setting` says otherwise; it goes to `Text()`.
  void Start(TraceSetting setting = {.timestamps = true, .rate = 1},
             const TraceQueueLimits& limits = {}) {
    setting.file = file_.string();
    settings_.emplace(setting);
    tracer_ = std::make_unique<RequestTracer>(
        RequestTracer::Parts{.settings = *settings_, .clock = clock_, .metrics = registry_},
        limits);
  }
  static InferRequest Request(const ModelName& model = kFashion) {
    InferRequest request{.model = model};
    request.id = "r1";
    request.inputs.push_back(
        {"x", {DataType::kFloat32, Shape({1, 2}), std::as_bytes(std::span(kRow))}});
    return request;
  }
  std::unique_ptr<RequestTrace> Begin(const ModelName& model = kFashion) {
    return tracer_->Begin(Request(model), VersionId(3));
  }
  int CountTraced(int requests, const ModelName& model = kFashion) {
    int traced = 0;
    for (int i = 0; i < requests; ++i) traced += Begin(model) == nullptr ? 0 : 1;
    return traced;
  }
  /// What is in the file once all has been written.
  std::string Text() {
    tracer_.reset();
    return ReadFile(file_, 1U << 20U).value_or("no such file");
  }
  std::uint64_t Count(std::string_view name) { return registry_.GetCounter(name, "").value(); }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "trace.json";
  FakeClock clock_;
  metrics::Registry registry_;
  std::optional<TraceSettings> settings_;
  std::unique_ptr<RequestTracer> tracer_;
};

TEST_F(RequestTracerTest, PicksNothingWhileItIsOff) {
  Start({});

  EXPECT_THAT(Begin(), IsNull());
  EXPECT_EQ(Text(), "no such file");
}

TEST_F(RequestTracerTest, WritesWhenARequestBeganAndEnded) {
  Start();
  const std::int64_t start = clock_.Now().time_since_epoch().count();

  std::unique_ptr<RequestTrace> trace = Begin();
  clock_.Advance(70ns);
  tracer_->End(std::move(trace), {});

  EXPECT_THAT(Text(), AllOf(HasSubstr(R"("id":1,"model_name":"fashion","model_version":3)"),
                            HasSubstr(R"("request_id":"r1")"),
                            HasSubstr(fmt::format(R"("REQUEST_START","ns":{}}})", start)),
                            HasSubstr(fmt::format(R"("REQUEST_END","ns":{}}})", start + 70))));
  EXPECT_EQ(Count("slipway_trace_written_total"), 1U);
}

TEST_F(RequestTracerTest, PicksOneOfSoManyRequests) {
  Start({.timestamps = true, .rate = 4});

  EXPECT_THAT(Begin(), IsNull());
  EXPECT_THAT(Begin(), IsNull());
  EXPECT_THAT(Begin(), IsNull());
  EXPECT_THAT(Begin(), NotNull());
  EXPECT_EQ(CountTraced(100), 25);
}

TEST_F(RequestTracerTest, StopsAfterSoManyTraces) {
  Start({.timestamps = true, .rate = 2, .count = 3});

  EXPECT_EQ(CountTraced(100), 3);
}

TEST_F(RequestTracerTest, FollowsChangesWhileItRuns) {
  Start({});
  EXPECT_EQ(CountTraced(10), 0);

  settings_->ChangeGlobal({.levels = {.named = true, .value = TraceLevels{.timestamps = true}},
                           .rate = {.named = true, .value = 1}});
  EXPECT_EQ(CountTraced(10), 10);

  settings_->ChangeGlobal({.levels = {.named = true, .value = TraceLevels{}}});
  EXPECT_EQ(CountTraced(10), 0);
}

TEST_F(RequestTracerTest, TracesOneModelAndNotAnother) {
  Start({.rate = 1});

  settings_->ChangeModel(kFashion,
                         {.levels = {.named = true, .value = TraceLevels{.timestamps = true}}});

  EXPECT_EQ(CountTraced(5, kFashion), 5);
  EXPECT_EQ(CountTraced(5, kOtherModel), 0);
}

TEST_F(RequestTracerTest, PicksNothingWithoutAFile) {
  Start();

  settings_->ChangeGlobal({.file = {.named = true, .value = ""}});

  EXPECT_THAT(Begin(), IsNull());
}

TEST_F(RequestTracerTest, WritesTensorsAtTheirLevelAlone) {
  Start({.timestamps = true, .tensors = true, .rate = 1});
  tracer_->End(Begin(), {{"y", {Request().inputs[0].tensor, nullptr}}});
  EXPECT_THAT(Text(), AllOf(HasSubstr(R"("TENSOR_QUEUE_INPUT","tensor":{"name":"x")"),
                            HasSubstr(R"("TENSOR_BACKEND_OUTPUT","tensor":{"name":"y")"),
                            HasSubstr(R"("data":"1,2.5","shape":"1,2","dtype":"FP32")")));

  Start();
  tracer_->End(Begin(), {{"y", {Request().inputs[0].tensor, nullptr}}});
  EXPECT_THAT(Text(), Not(HasSubstr("TENSOR")));
}

TEST_F(RequestTracerTest, CountsWhatFindsTheQueueFullAsDropped) {
  Start({.timestamps = true, .rate = 1}, {.max_traces = 0});

  tracer_->End(Begin(), {});

  EXPECT_EQ(Count("slipway_trace_dropped_total"), 1U);
  EXPECT_EQ(Text(), "no such file");
}

TEST_F(RequestTracerTest, BoundsTheTensorsThatWait) {
  Start({.tensors = true, .rate = 1}, {.max_bytes = sizeof(kRow) - 1});

  tracer_->End(Begin(), {});

  EXPECT_EQ(Count("slipway_trace_dropped_total"), 1U);
}

TEST_F(RequestTracerTest, CountsWhatCannotBeWrittenAsDropped) {
  Start();
  settings_->ChangeGlobal({.file = {.named = true, .value = "/no/such/folder/trace"}});

  ::testing::internal::CaptureStderr();
  tracer_->End(Begin(), {});
  tracer_.reset();

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("/no/such/folder/trace"));
  EXPECT_EQ(Count("slipway_trace_dropped_total"), 1U);
}

TEST_F(RequestTracerTest, WritesEveryTraceOfManyThreadsOnce) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 50;
  Start();

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kRequests; ++i) tracer_->End(Begin(), {});
      });
    }
  }

  const std::string text = Text();
  for (int id = 1; id <= kThreads * kRequests; ++id) {
    EXPECT_THAT(text, HasSubstr(fmt::format("{{\"id\":{},", id)));
  }
  EXPECT_EQ(Count("slipway_trace_written_total"), std::uint64_t{kThreads} * kRequests);
}

}  // namespace
}  // namespace slipway::serving
