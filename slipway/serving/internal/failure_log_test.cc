// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/failure_log.h"

#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using ::testing::AllOf;
using ::testing::HasSubstr;

class FailureLogTest : public ::testing::Test {
 protected:
  /// What is logged for `times` failures with `code`.
  std::string Logged(ErrorCode code, int times = 1) {
    const InferResponse request{
        .model = *ModelName::Parse("fashion"), .version = VersionId(3), .id = "r1", .outputs = {}};
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < times; ++i) log_.Tell(request, MakeError(code, "it broke"));
    return ::testing::internal::GetCapturedStderr();
  }

  FakeClock clock_;
  FailureLog log_{clock_};
};

TEST_F(FailureLogTest, SaysWhatFailedAndForWhom) {
  EXPECT_THAT(Logged(ErrorCode::kInternal),
              AllOf(HasSubstr("error"), HasSubstr("it broke"), HasSubstr("fashion"),
                    HasSubstr("\"3\""), HasSubstr("r1"), HasSubstr("INTERNAL")));
}

TEST_F(FailureLogTest, WarnsOfAnOverload) {
  EXPECT_THAT(Logged(ErrorCode::kResourceExhausted), HasSubstr("warning"));
}

TEST_F(FailureLogTest, SaysNothingOfTheCallersOwnFaults) {
  EXPECT_EQ(Logged(ErrorCode::kInvalidArgument), "");
  EXPECT_EQ(Logged(ErrorCode::kDeadlineExceeded), "");
  EXPECT_EQ(Logged(ErrorCode::kCancelled), "");
}

TEST_F(FailureLogTest, HoldsBackWhatRepeatsAndSaysHowMuch) {
  EXPECT_EQ(std::ranges::count(Logged(ErrorCode::kInternal, 1000), '\n'), 5);

  clock_.Advance(10s);

  EXPECT_THAT(Logged(ErrorCode::kInternal), HasSubstr("995 more like it"));
}

}  // namespace
}  // namespace slipway::serving
