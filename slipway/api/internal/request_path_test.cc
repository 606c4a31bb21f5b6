// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/request_path.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(RequestPathTest, DecodesOnceAndKeepsSegmentsApart) {
  RequestPath path;

  ASSERT_OK(path.Parse("/a%2Fb/%2541/c?d/e"));

  ASSERT_EQ(path.segments().size(), 3U);
  EXPECT_EQ(path.segments()[0], "a/b");
  EXPECT_EQ(path.segments()[1], "%41");
  EXPECT_EQ(path.segments()[2], "c");
}

TEST(RequestPathTest, RefusesBrokenEscapes) {
  for (const char* target : {"/%", "/%4", "/%zz", "/%4g", "/a%/b", "/%-1", "/% 1"}) {
    RequestPath path;
    EXPECT_THAT(path.Parse(target), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("'%'")))
        << target;
  }
}

TEST(RequestPathTest, GivesUpOnPathsLongerThanAnyRoute) {
  RequestPath path;

  EXPECT_THAT(path.Parse("/1/2/3/4/5/6/7/8/9"), FailsWith(ErrorCode::kNotFound, HasSubstr("")));
}

}  // namespace
}  // namespace slipway::api
