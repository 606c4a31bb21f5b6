// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::testing {

/// Matches a `Result` that holds an error of kind `code` whose message matches `message`.
MATCHER_P2(FailsWith, code, message,
           fmt::format("fails with {} and a message that {}", ErrorCodeName(code),
                       ::testing::DescribeMatcher<std::string>(message))) {
  if (arg.has_value()) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << "which is " << ToString(arg.error());
  return arg.error().code() == code &&
         ::testing::ExplainMatchResult(message, arg.error().message(), result_listener);
}

}  // namespace slipway::testing

/// Ends the test with the error's text unless `expression` succeeded.
#define ASSERT_OK(expression)                                                                   \
  do {                                                                                          \
    const auto& slipway_asserted = (expression);                                                \
    ASSERT_TRUE(slipway_asserted.has_value()) << ::slipway::ToString(slipway_asserted.error()); \
  } while (false)

/// Assigns the value of `expression` to `target`, or ends the test with the error's text.
#define ASSERT_OK_AND_ASSIGN(target, expression) \
  ASSERT_OK_AND_ASSIGN_TO(SLIPWAY_CONCAT(slipway_asserted_, __LINE__), target, expression)
#define ASSERT_OK_AND_ASSIGN_TO(asserted, target, expression)                 \
  auto asserted = (expression);                                               \
  ASSERT_TRUE(asserted.has_value()) << ::slipway::ToString(asserted.error()); \
  target = *std::move(asserted)
