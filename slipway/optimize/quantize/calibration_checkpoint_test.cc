// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/calibration_checkpoint.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/optimize/quantize/min_max_observer.h"
#include "slipway/optimize/quantize/moving_average_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t kFingerprint = 7;

// Two values and what is known of them.
struct Watched {
  std::vector<std::string> names = {"a", "b"};
  std::vector<std::unique_ptr<RangeObserver>> observers = {};

  Watched() {
    observers.push_back(std::make_unique<MinMaxObserver>());
    observers.push_back(std::make_unique<MovingAverageObserver>());
  }
  ObservedValues values() const { return {names, observers}; }
};

class CalibrationCheckpointTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "checkpoint";
  CalibrationCheckpoint checkpoint_{path_, kFingerprint};
};

TEST_F(CalibrationCheckpointTest, GivesBackWhatWasSaved) {
  const Watched seen;
  seen.observers[0]->Observe(std::vector<float>{-3, 5}, 1);
  seen.observers[1]->Observe(std::vector<float>{-1, 1, -3, 7}, 2);
  ASSERT_OK(checkpoint_.Save(seen.values(), 2));

  const Watched restored;
  ASSERT_OK_AND_ASSIGN(const std::size_t samples, checkpoint_.Restore(restored.values()));

  EXPECT_EQ(samples, 2);
  EXPECT_EQ(restored.observers[0]->range(), (ValueRange{-3, 5}));
  EXPECT_EQ(restored.observers[1]->range(), (ValueRange{-2, 4}));
}

TEST_F(CalibrationCheckpointTest, StartsFromNothingWithoutAFile) {
  const Watched watched;
  ASSERT_OK_AND_ASSIGN(const std::size_t samples, checkpoint_.Restore(watched.values()));
  EXPECT_EQ(samples, 0);
}

TEST_F(CalibrationCheckpointTest, RefusesWhatIsOfSomethingElse) {
  ASSERT_OK(CalibrationCheckpoint(path_, kFingerprint + 1).Save(Watched().values(), 2));
  EXPECT_THAT(checkpoint_.Restore(Watched().values()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("another model")));
}

TEST_F(CalibrationCheckpointTest, RefusesWhatIsNoCheckpoint) {
  ASSERT_OK(WriteFileAtomically(path_, AsBytes(std::string_view("not a checkpoint"))));
  EXPECT_THAT(checkpoint_.Restore(Watched().values()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no calibration checkpoint")));
}

TEST_F(CalibrationCheckpointTest, NamesTheValueThatOthersObserved) {
  Watched other;
  std::swap(other.observers[0], other.observers[1]);
  ASSERT_OK(checkpoint_.Save(other.values(), 2));
  EXPECT_THAT(checkpoint_.Restore(Watched().values()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("value \"a\"")));
}

}  // namespace
}  // namespace slipway::quantize
