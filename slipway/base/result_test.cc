// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/result.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::Eq;

Status FailIf(bool fail) {
  if (fail) return NotFound("model {:?}", std::string_view("x"));
  return {};
}

Result<std::unique_ptr<int>> MakeUnless(bool fail) {
  SLIPWAY_TRY(FailIf(fail));
  return std::make_unique<int>(7);
}

Result<int> Unwrap(bool fail) {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<int> made, MakeUnless(fail));
  return *made;
}

TEST(ResultTest, TryPassesValuesThrough) { EXPECT_EQ(Unwrap(false), 7); }

TEST(ResultTest, TryReturnsTheErrorUnchanged) {
  EXPECT_THAT(Unwrap(true), FailsWith(ErrorCode::kNotFound, Eq("model \"x\"")));
}

TEST(ErrorTest, QuotesBytesThatAreNotUtf8) {
  EXPECT_EQ(NotFound("model {:?}", std::string_view("on\xe5x")).message(), "model \"on\\xe5x\"");
}

TEST(ErrorTest, AnnotateAddsContextAndKeepsTheCode) {
  const Error error = Annotate(NotFound("no such file"), "manifest of {}", 3);

  EXPECT_EQ(error, Error(ErrorCode::kNotFound, "manifest of 3: no such file"));
  EXPECT_EQ(ToString(error), "NOT_FOUND: manifest of 3: no such file");
}

}  // namespace
}  // namespace slipway
