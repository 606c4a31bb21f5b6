// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/exit_code.h"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

TEST(ExitCodeTest, TellsWhoseMistakeItIs) {
  EXPECT_EQ(ExitCodeOf(ErrorCode::kInvalidArgument), ExitCode::kWrongUse);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kNotFound), ExitCode::kMissing);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kUnavailable), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeOf(ErrorCode::kInternal), ExitCode::kFailure);
}

}  // namespace
}  // namespace slipway::app
