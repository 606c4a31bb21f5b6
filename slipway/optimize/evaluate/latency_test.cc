// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/latency.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"
#include "slipway/dataset/tensor_samples.h"
#include "slipway/runtime/testing/fake_engine.h"

#include <array>
#include <atomic>

namespace slipway::evaluate {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::array<float, 6> kSix = {};

/// Three samples of two floats.
std::unique_ptr<dataset::SampleSource> ThreeSamples() {
  return *dataset::TensorSamples::Create(Tensor::Of<float>({3, 2}, kSix));
}

/// The identity on two floats whose n-th run takes n milliseconds of `clock`.
runtime::FakeModel Slowing(FakeClock& clock) {
  runtime::FakeModel model = runtime::FakeIdentity(2);
  const auto runs = std::make_shared<std::atomic<int>>(0);
  model.compute = [&clock, runs, compute = model.compute](std::span<const TensorView> inputs) {
    clock.Advance(1ms * ++*runs);
    return compute(inputs);
  };
  return model;
}

TEST(LatencyTest, GivesPercentilesOfTheRunsAfterWarmUp) {
  FakeClock clock;
  const runtime::FakeEngine engine(Slowing(clock));

  ASSERT_OK_AND_ASSIGN(const Latency latency,
                       MeasureLatency(*engine.NewSession(), *ThreeSamples(),
                                      {.batch_size = 2, .warm_up_runs = 10, .runs = 200}, clock));

  EXPECT_EQ(latency.batch_size, 2);
  EXPECT_EQ(latency.runs, 200);
  EXPECT_EQ(latency.p50, 110ms);
  EXPECT_EQ(latency.p90, 190ms);
  EXPECT_EQ(latency.p99, 208ms);
  EXPECT_THAT(engine.batch_sizes(), SizeIs(210));
  EXPECT_THAT(engine.batch_sizes(), Each(2));
}

TEST(LatencyTest, TakesOneRunForAllPercentiles) {
  FakeClock clock;
  const runtime::FakeEngine engine(Slowing(clock));

  ASSERT_OK_AND_ASSIGN(const Latency latency,
                       MeasureLatency(*engine.NewSession(), *ThreeSamples(),
                                      {.batch_size = 1, .warm_up_runs = 0, .runs = 1}, clock));

  EXPECT_EQ(latency.p50, 1ms);
  EXPECT_EQ(latency.p99, 1ms);
}

TEST(LatencyTest, RefusesWhatCannotBeMeasured) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(2));
  const auto session = engine.NewSession();
  runtime::FakeModel one = runtime::FakeIdentity(2);
  one.inputs[0].shape[0] = 1;
  const runtime::FakeEngine fixed(std::move(one));

  EXPECT_THAT(MeasureLatency(*session, *ThreeSamples(), {.batch_size = 4}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("have 3")));
  EXPECT_THAT(MeasureLatency(*session, *ThreeSamples(), {.batch_size = 0}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0 samples")));
  EXPECT_THAT(MeasureLatency(*session, *ThreeSamples(), {.runs = 0}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no run")));
  EXPECT_THAT(MeasureLatency(*fixed.NewSession(), *ThreeSamples(), {.batch_size = 2}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("on 1 samples at once, not on 2")));
}

}  // namespace
}  // namespace slipway::evaluate
