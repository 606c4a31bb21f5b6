// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<VersionId> kAvailable = {VersionId(10), VersionId(2), VersionId(9)};

TEST(VersionPolicyTest, LatestTakesTheHighestNumberNotTheHighestText) {
  EXPECT_THAT(SelectVersions(LatestVersions{}, kAvailable), ElementsAre(VersionId(10)));
}

TEST(VersionPolicyTest, LatestTakesAsManyAsThereAre) {
  EXPECT_THAT(SelectVersions(LatestVersions{.count = 2}, kAvailable),
              ElementsAre(VersionId(9), VersionId(10)));
  EXPECT_THAT(SelectVersions(LatestVersions{.count = 7}, kAvailable),
              ElementsAre(VersionId(2), VersionId(9), VersionId(10)));
  EXPECT_THAT(SelectVersions(LatestVersions{}, {}), IsEmpty());
}

TEST(VersionPolicyTest, AllTakesEveryVersionAscending) {
  EXPECT_THAT(SelectVersions(AllVersions{}, kAvailable),
              ElementsAre(VersionId(2), VersionId(9), VersionId(10)));
}

TEST(VersionPolicyTest, SpecificTakesWhatIsNamedAndThere) {
  const SpecificVersions policy{.versions = {VersionId(9), VersionId(3)}};

  EXPECT_THAT(SelectVersions(policy, kAvailable), ElementsAre(VersionId(9)));
}

}  // namespace
}  // namespace slipway::serving
