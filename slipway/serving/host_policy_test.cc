// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/host_policy.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(HostPolicyTest, ReadsCoresAndRanges) {
  HostPolicies policies;
  ASSERT_OK(AddHostPolicy("cpu,cpu-cores=8,0-2,1", policies));
  ASSERT_OK(AddHostPolicy("one,cpu-cores=5", policies));

  EXPECT_THAT(policies.at("cpu").cpu_cores, ElementsAre(0, 1, 2, 8));
  EXPECT_THAT(policies.at("one").cpu_cores, ElementsAre(5));
}

TEST(HostPolicyTest, LetsTheLastOfANameCount) {
  HostPolicies policies;
  ASSERT_OK(AddHostPolicy("cpu,cpu-cores=1", policies));
  ASSERT_OK(AddHostPolicy("cpu,cpu-cores=2", policies));

  ASSERT_THAT(policies, SizeIs(1));
  EXPECT_THAT(policies.at("cpu").cpu_cores, ElementsAre(2));
}

TEST(HostPolicyTest, RefusesWhatItCannotRead) {
  HostPolicies policies;
  for (const std::string_view text :
       {"", "cpu", "cpu,cpu-cores=", ",cpu-cores=1", "cpu,cpu-cores=3-1", "cpu,cpu-cores=x",
        "cpu,cpu-cores=1-", "cpu,cpu-cores=-1", "cpu,cpu-cores=99999999999",
        "cpu,cpu-cores=1,,2"}) {
    EXPECT_THAT(AddHostPolicy(text, policies),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("host policy")))
        << text;
  }
}

TEST(HostPolicyTest, RefusesSettingsThatHaveNoEffectHere) {
  HostPolicies policies;
  EXPECT_THAT(AddHostPolicy("cpu,numa-node=0", policies),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("numa-node is not supported")));
}

}  // namespace
}  // namespace slipway::serving
