// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/repository_watcher.h"

#include "slipway/base/bytes.h"
#include "slipway/base/mutex.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ms;

class RepositoryWatcherTest : public ::testing::Test {
 protected:
  void MakeFile(const std::filesystem::path& relative) {
    std::filesystem::create_directories((folder_.path() / relative).parent_path());
    ASSERT_OK(WriteFileAtomically(folder_.path() / relative, AsBytes("x")));
  }
  void Start(const Clock& clock, WatchOptions options) {
    options.folders = {folder_.path()};
    ASSERT_OK_AND_ASSIGN(watcher_, RepositoryWatcher::Create(options, clock, [this] {
                           const MutexLock lock(mutex_);
                           ++calls_;
                           called_.NotifyAll();
                         }));
  }
  int calls() {
    const MutexLock lock(mutex_);
    return calls_;
  }
  void AwaitCalls(int count) {
    MutexLock lock(mutex_);
    while (calls_ < count) called_.Wait(lock);
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  Mutex mutex_;
  ConditionVariable called_;
  int calls_ SLIPWAY_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<RepositoryWatcher> watcher_;
};

// No polling: what is noticed is told by the kernel.
constexpr WatchOptions kToldAtOnce{.settle_time = 1ms, .poll_interval = 0ms};

TEST_F(RepositoryWatcherTest, NoticesModelsVersionsAndFiles) {
  MakeFile("fashion/1/model.onnx");
  Start(SystemClock(), kToldAtOnce);

  MakeFile("fashion/1/model.onnx");
  AwaitCalls(1);
  MakeFile("fashion/config.pbtxt");
  AwaitCalls(calls() + 1);
  std::filesystem::remove_all(folder_.path() / "fashion");
  AwaitCalls(calls() + 1);
}

TEST_F(RepositoryWatcherTest, NoticesWhatHappensInFoldersThatAreNew) {
  Start(SystemClock(), kToldAtOnce);
  MakeFile("fashion/1/model.onnx/model.onnx");
  AwaitCalls(1);

  MakeFile("fashion/1/model.onnx/model.onnx");

  AwaitCalls(calls() + 1);
}

TEST_F(RepositoryWatcherTest, WaitsUntilAChangeHasSettled) {
  Start(clock_, kToldAtOnce);
  MakeFile("fashion/1/model.onnx");
  EXPECT_EQ(calls(), 0) << "the clock stands still";

  // The watcher may begin to wait only after this step, so that one is not enough.
  while (calls() == 0) clock_.Advance(1ms);
}

TEST_F(RepositoryWatcherTest, LooksNowAndThenWithoutBeingTold) {
  Start(clock_, {.settle_time = 1ms, .poll_interval = 20ms});
  EXPECT_EQ(calls(), 0);

  while (calls() < 2) clock_.Advance(20ms);
}

TEST_F(RepositoryWatcherTest, EndsWhileItWaits) {
  Start(clock_, {.settle_time = 1000ms, .poll_interval = 0ms});
  MakeFile("fashion/1/model.onnx");

  watcher_.reset();

  EXPECT_EQ(calls(), 0);
}

}  // namespace
}  // namespace slipway::serving
