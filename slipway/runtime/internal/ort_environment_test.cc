// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/ort_environment.h"

#include "slipway/base/testing/assert_ok.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>

namespace slipway::runtime {
namespace {

std::ptrdiff_t ThreadCount() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

TEST(OrtEnvironmentTest, IsOneForTheProcess) {
  ASSERT_OK_AND_ASSIGN(const OrtEnvironment* const first, OrtEnvironment::ForProcess({}));
  ASSERT_OK_AND_ASSIGN(const OrtEnvironment* const second,
                       OrtEnvironment::ForProcess({.intra_op_threads = 3}));

  EXPECT_EQ(first, second);
}

TEST(OrtEnvironmentTest, StartsNoThreadForOneIntraOpThread) {
  const std::ptrdiff_t before = ThreadCount();

  ASSERT_OK(OrtEnvironment::ForProcess({.intra_op_threads = 1}));

  EXPECT_EQ(ThreadCount(), before);
}

TEST(OrtEnvironmentTest, TurnsTelemetryOff) {
  ASSERT_OK(OrtEnvironment::ForProcess({}));

  EXPECT_STREQ(std::getenv("ORT_DISABLE_TELEMETRY"), "1");
}

}  // namespace
}  // namespace slipway::runtime
