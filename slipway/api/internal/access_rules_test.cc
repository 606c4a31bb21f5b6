// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/access_rules.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Headers With(std::string_view name, std::string_view value) {
  Headers headers;
  headers.Add("host", "a");
  headers.Add(name, value);
  return headers;
}

TEST(AccessRulesTest, RestrictsNothingWithoutRules) {
  ASSERT_OK(AccessRules().Check(Permission::kModelRepository, {}));
}

TEST(AccessRulesTest, AsksForTheHeaderOfAGroup) {
  const std::vector<std::string> rules = {"model-repository,logging:Admin-Key=a=b",
                                          "inference:other=1"};

  ASSERT_OK_AND_ASSIGN(const AccessRules access, AccessRules::Parse(rules, ""));

  ASSERT_OK(access.Check(Permission::kHealth, {}));
  ASSERT_OK(access.Check(Permission::kModelRepository, With("admin-key", "a=b")));
  ASSERT_OK(access.Check(Permission::kLogging, With("admin-key", "a=b")));
  ASSERT_OK(access.Check(Permission::kInference, With("other", "1")));
  EXPECT_THAT(access.Check(Permission::kLogging, {}),
              FailsWith(ErrorCode::kPermissionDenied, HasSubstr("admin-key")));
  for (const char* wrong : {"", "a", "a=c", "a=b ", "A=B"}) {
    EXPECT_THAT(access.Check(Permission::kLogging, With("admin-key", wrong)),
                FailsWith(ErrorCode::kPermissionDenied, Not(HasSubstr("a=b"))))
        << wrong;
  }
  EXPECT_THAT(access.Check(Permission::kInference, With("admin-key", "a=b")),
              FailsWith(ErrorCode::kPermissionDenied, HasSubstr("other")));
}

TEST(AccessRulesTest, PutsThePrefixInFrontOfTheKey) {
  const std::vector<std::string> rules = {"health:k=v"};

  ASSERT_OK_AND_ASSIGN(const AccessRules access,
                       AccessRules::Parse(rules, "triton-grpc-protocol-"));

  ASSERT_OK(access.Check(Permission::kHealth, With("triton-grpc-protocol-k", "v")));
  EXPECT_FALSE(access.Check(Permission::kHealth, With("k", "v")));
}

TEST(AccessRulesTest, RefusesWrongRulesWithoutShowingTheirValues) {
  for (const char* rule : {"", "health", "health:", "health:k", "health:=secret", ":k=secret",
                           "healthy:k=secret", "health,,trace:k=secret", "health,:k=secret"}) {
    const std::vector<std::string> rules = {rule};
    EXPECT_THAT(
        AccessRules::Parse(rules, ""),
        FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("rule"), Not(HasSubstr("secret")))))
        << rule;
  }
  const std::vector<std::string> twice = {"health:a=1", "trace,health:b=2"};
  EXPECT_THAT(AccessRules::Parse(twice, ""),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("health")));
}

}  // namespace
}  // namespace slipway::api
