// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/header_forwarding.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Headers Sent() {
  Headers headers;
  headers.Add("host", "a");
  headers.Add("x-tenant", "blue");
  headers.Add("x-tenant-id", "7");
  return headers;
}

TEST(HeaderForwardingTest, ForwardsNothingWithoutAPattern) {
  serving::Parameters parameters;
  ASSERT_OK_AND_ASSIGN(const HeaderForwarding empty, HeaderForwarding::Parse(""));

  empty.AddTo(parameters, Sent());

  EXPECT_THAT(parameters, IsEmpty());
}

TEST(HeaderForwardingTest, ForwardsWhatFitsAsAWholeInAnyCase) {
  serving::Parameters parameters;
  ASSERT_OK_AND_ASSIGN(const HeaderForwarding tenant, HeaderForwarding::Parse("X-(Tenant|User)"));

  tenant.AddTo(parameters, Sent());

  EXPECT_THAT(parameters, ElementsAre(Pair("x-tenant", serving::Parameter(std::string("blue")))));
}

TEST(HeaderForwardingTest, ReplacesWhatTheBodySays) {
  serving::Parameters parameters = {{"x-tenant", std::string("forged")}};
  ASSERT_OK_AND_ASSIGN(const HeaderForwarding tenant, HeaderForwarding::Parse("x-tenant"));

  tenant.AddTo(parameters, Sent());

  EXPECT_EQ(parameters.at("x-tenant"), serving::Parameter(std::string("blue")));
}

TEST(HeaderForwardingTest, NamesMakeNoPatternSlow) {
  ASSERT_OK_AND_ASSIGN(const HeaderForwarding slow, HeaderForwarding::Parse("(a+)+b"));
  Headers headers;
  headers.Add(std::string(200, 'a'), "1");
  headers.Add(std::string(16'000, 'a') + "b", "1");
  serving::Parameters parameters;

  slow.AddTo(parameters, headers);

  EXPECT_THAT(parameters, IsEmpty());
}

TEST(HeaderForwardingTest, RefusesWhatIsNoPattern) {
  for (const char* pattern : {"(", "[a", "*"}) {
    EXPECT_THAT(HeaderForwarding::Parse(pattern),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("regular expression")))
        << pattern;
  }
}

}  // namespace
}  // namespace slipway::api
