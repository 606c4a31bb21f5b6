// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log.h"
#include "slipway/serving/model_server.h"
#include "slipway/serving/testing/model_names.h"
#include "slipway/serving/testing/served_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stop_token>
#include <thread>
#include <vector>

namespace slipway::serving {
namespace {

class ModelSwapStressTest : public ServedModelsTest {
 protected:
  static void SetUpTestSuite() { ConfigureLog({.level = LogLevel::kError}); }
  static void TearDownTestSuite() { ConfigureLog({}); }

  /// Asks for that many loads, each followed at once by an unload, and waits for all.
  void LoadAndUnload(int rounds) {
    std::atomic<int> succeeded = 0;
    std::latch done(2 * static_cast<std::ptrdiff_t>(rounds));
    const auto count = [&](const Status& status) {
      if (status) ++succeeded;
      done.count_down();
    };
    for (int i = 0; i < rounds; ++i) {
      server_->Load({.model = kFashion}, count);
      server_->Unload(kFashion, count);
    }
    done.wait();
    EXPECT_EQ(succeeded, 2 * rounds);
    EXPECT_EQ(engine_.load_count(), static_cast<std::size_t>(rounds));
  }
};

/// Threads that ask for the model again and again, until they are stopped.
class Callers {
 public:
  Callers(std::size_t count, ModelServer& server, std::function<InferRequest()> request)
      : request_(std::move(request)) {
    for (std::size_t i = 0; i < count; ++i) {
      threads_.emplace_back([this, &server](const std::stop_token& stop) { Call(server, stop); });
    }
  }
  void Stop() { threads_.clear(); }
  int answered() const { return answered_; }
  int failed() const { return failed_; }

 private:
  void Call(ModelServer& server, const std::stop_token& stop) {
    // Several at once, as a front has them.
    constexpr int kTogether = 4;
    while (!stop.stop_requested()) {
      std::latch done(kTogether);
      for (int i = 0; i < kTogether; ++i) {
        server.Infer(request_(), [&](const Result<InferResponse>& response) {
          ++(response ? answered_ : failed_);
          done.count_down();
        });
      }
      while (server.RunQueued() == WorkLeft::kHere) {
      }
      done.wait();
    }
  }

  const std::function<InferRequest()> request_;
  std::atomic<int> answered_ = 0;
  std::atomic<int> failed_ = 0;
  std::vector<std::jthread> threads_;
};

TEST_F(ModelSwapStressTest, FailsNoRequestWhileVersionsSwap) {
  MakeVersion("fashion", 1);
  Start({.control = ModelControl::kExplicit, .startup_models = {"fashion"}});
  Callers callers(3, *server_, [&] { return RequestFor(kFashion); });

  for (int version = 2; version < 60; ++version) {
    MakeVersion("fashion", version);
    ASSERT_OK(Load({.model = kFashion}));
    std::filesystem::remove_all(path() / fmt::format("fashion/{}", version - 1));
  }
  callers.Stop();

  EXPECT_EQ(callers.failed(), 0);
  EXPECT_GT(callers.answered(), 0);
}

TEST_F(ModelSwapStressTest, SurvivesLoadsAtOnceFollowedByUnloads) {
  MakeVersion("fashion", 1);
  Start({.control = ModelControl::kExplicit});

  LoadAndUnload(5000);

  EXPECT_EQ(server_->IsModelReady(kFashion, {}), false);
  ASSERT_OK(Load({.model = kFashion}));
  EXPECT_TRUE(InferAndWait(*server_, RequestFor(kFashion)).has_value());
}

TEST_F(ModelSwapStressTest, SurvivesLoadsAndUnloadsWhileItIsAsked) {
  MakeVersion("fashion", 1);
  Start({.control = ModelControl::kExplicit});
  Callers callers(1, *server_, [&] { return RequestFor(kFashion); });

  LoadAndUnload(200);
}

TEST_F(ModelSwapStressTest, LoadsModelsAtTheSameTimeAndEachInOrder) {
  constexpr int kModels = 8;
  constexpr int kRounds = 20;
  for (int model = 0; model < kModels; ++model) MakeVersion(fmt::format("m{}", model), 1);
  Start({.control = ModelControl::kExplicit});
  std::latch done(kModels * kRounds * 2);
  const auto count = [&](const Status& status) {
    EXPECT_TRUE(status.has_value());
    done.count_down();
  };

  for (int round = 0; round < kRounds; ++round) {
    for (int model = 0; model < kModels; ++model) {
      const ModelName name = *ModelName::Parse(fmt::format("m{}", model));
      server_->Unload(name, count);
      server_->Load({.model = name}, count);
    }
  }
  done.wait();

  EXPECT_THAT(server_->Index(/*ready_only=*/true), ::testing::SizeIs(kModels));
}

TEST_F(ModelSwapStressTest, AnswersEverythingWhenItClosesUnderLoad) {
  MakeVersion("fashion", 1);
  Start();
  Callers callers(3, *server_, [&] { return RequestFor(kFashion); });
  while (callers.answered() < 100) std::this_thread::yield();

  server_->Close();
  callers.Stop();

  EXPECT_GT(callers.answered(), 0);
}

}  // namespace
}  // namespace slipway::serving
