// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/trace_config.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::app {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;
using Settings = std::vector<std::string>;

TEST(TraceConfigTest, IsOffUnlessToldOtherwise) {
  const Result<serving::TraceSetting> setting = ParseTraceConfig({});

  ASSERT_OK(setting);
  EXPECT_EQ(*setting, serving::TraceSetting());
}

TEST(TraceConfigTest, ReadsWhatTritonReads) {
  const Result<serving::TraceSetting> setting =
      ParseTraceConfig(Settings{"triton,file=/tmp/t=1.json", "triton,log-frequency=50", "rate=100",
                                "level=TIMESTAMPS", "level=TENSORS", "count=7", "mode=triton"});

  ASSERT_OK(setting);
  EXPECT_EQ(*setting, (serving::TraceSetting{.file = "/tmp/t=1.json",
                                             .timestamps = true,
                                             .tensors = true,
                                             .rate = 100,
                                             .count = 7,
                                             .log_frequency = 50}));
}

TEST(TraceConfigTest, SaysWhatIsWrong) {
  const auto fails = [](const std::string& setting, const std::string& why) {
    EXPECT_THAT(ParseTraceConfig(Settings{setting}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr(why)));
  };
  fails("rate=0", "rate=\"0\": want a number from 1 up");
  fails("count=-2", "want a number from -1 up");
  fails("rate=1x", "rate=\"1x\"");
  fails("level=ALL", "want OFF, TIMESTAMPS or TENSORS");
  fails("mode=opentelemetry", "only triton is supported");
  fails("speed=1", "has no setting \"speed\"");
  fails("rate", "want <setting>=<value>");
  fails("level=TIMESTAMPS", "no file");
}

}  // namespace
}  // namespace slipway::app
