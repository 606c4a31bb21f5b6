// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/testing/assert_ok.h"
#include "slipway/runtime/testing/fake_engine.h"
#include "slipway/serving/dynamic_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""us;

constexpr int kThreads = 4;
constexpr int kRequestsPerThread = 500;
constexpr std::uint32_t kSeed = 20240607;

/// What became of one request.
struct Fate {
  std::atomic<int> answers = 0;
  std::atomic<bool> is_right = false;
  bool was_accepted = false;
};

/// Whether `answer` is right for a request whose elements are all `element`.
bool IsRight(const RequestOutputs& answer, float element, const Shape& shape) {
  if (!answer) {
    return answer.error().code() == ErrorCode::kDeadlineExceeded ||
           answer.error().code() == ErrorCode::kCancelled;
  }
  const TensorView& view = answer->at(0).view;
  return view.shape == shape &&
         std::ranges::all_of(view.elements<float>(), [&](float got) { return got == element; });
}

/// A client that sends requests of random sizes, shapes, priorities, deadlines and patience.
class RandomClient {
 public:
  RandomClient(Batcher& batcher, std::uint32_t seed)
      : batcher_(batcher), random_(seed), fates_(kRequestsPerThread) {}

  void Run() {
    for (int i = 0; i < kRequestsPerThread; ++i) {
      Send(i);
      if (random_() % 3 != 0) batcher_.RunOnThisThread();
      if (random_() % 16 == 0) caller_.request_stop();
    }
    batcher_.RunOnThisThread();
  }

  const std::vector<Fate>& fates() const { return fates_; }

 private:
  void Send(int i) {
    const Shape shape({static_cast<std::int64_t>(1 + random_() % 2),
                       static_cast<std::int64_t>(1 + random_() % 3)});
    const auto element = static_cast<float>(random_() % 1000);
    const auto count = static_cast<std::size_t>(shape.element_count());
    auto storage = std::make_shared<std::vector<float>>(count, element);
    Fate& fate = fates_[static_cast<std::size_t>(i)];
    QueuedRequest request;
    request.inputs.push_back({DataType::kFloat32, shape, std::as_bytes(std::span(*storage))});
    request.storage = storage;
    request.priority = random_() % 4;
    request.arrived = SystemClock().Now();
    if (random_() % 4 == 0) request.deadline = request.arrived + 100us;
    if (random_() % 4 == 0) request.cancelled = caller_.get_token();
    request.done = [&fate, element, shape](const RequestOutputs& answer) {
      fate.is_right = IsRight(answer, element, shape);
      ++fate.answers;
    };
    fate.was_accepted = batcher_.Submit(std::move(request)).has_value();
  }

  Batcher& batcher_;
  std::mt19937 random_;
  std::stop_source caller_;
  std::vector<Fate> fates_;
};

/// y = x, on float32 of shape [-1,-1].
runtime::FakeModel IdentityOfRows() {
  runtime::FakeModel model = runtime::FakeIdentity(1);
  model.inputs[0].shape[1] = -1;
  return model;
}

/// Has clients send while the batcher closes in their midst, and looks at every request's fate.
void RunClients(const DynamicBatcherOptions& options) {
  const runtime::FakeEngine engine(IdentityOfRows());
  const std::unique_ptr<runtime::Session> session = engine.NewSession();
  metrics::Registry registry;
  VersionMetrics metrics(registry, *ModelName::Parse("m"), VersionId(1));
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<DynamicBatcher> batcher,
      DynamicBatcher::Create(options,
                             {.session = *session, .clock = SystemClock(), .metrics = metrics}));
  std::vector<std::unique_ptr<RandomClient>> clients;
  std::vector<std::jthread> threads;
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    clients.push_back(std::make_unique<RandomClient>(*batcher, kSeed + t));
    threads.emplace_back([&client = *clients.back()] { client.Run(); });
  }
  threads.back().join();

  batcher->Close();

  threads.clear();
  for (const auto& client : clients) {
    for (const Fate& fate : client->fates()) {
      ASSERT_EQ(fate.answers, fate.was_accepted ? 1 : 0);
      ASSERT_EQ(fate.is_right, fate.was_accepted);
    }
  }
}

TEST(DynamicBatcherStressTest, AnswersOnceWhenCallersRunBatches) {
  RunClients({.max_batch_size = 4, .instance_count = 2});
}

TEST(DynamicBatcherStressTest, AnswersOnceWhenThreadsRunBatches) {
  RunClients({.max_batch_size = 4, .instance_count = 3, .inline_limit = 0us});
}

TEST(DynamicBatcherStressTest, AnswersOnceWhenRequestsWaitForCompany) {
  RunClients({.max_batch_size = 8,
              .preferred_batch_sizes = {2, 5},
              .max_queue_delay = 50us,
              .queue_policy = {.timeout = 500us},
              .instance_count = 2});
}

TEST(DynamicBatcherStressTest, AnswersOnceWhenTheQueueIsShort) {
  RunClients({.max_batch_size = 2, .max_queue_requests = 3, .inline_limit = 20us});
}

TEST(DynamicBatcherStressTest, AnswersOnceWithPrioritiesAndDelays) {
  RunClients({.max_batch_size = 4,
              .max_queue_delay = 50us,
              .priority_levels = {{},
                                  {.timeout = 100us, .timeout_action = TimeoutAction::kDelay},
                                  {.timeout = 100us, .max_queue_size = 8}},
              .default_priority = 2,
              .instance_count = 2});
}

TEST(DynamicBatcherStressTest, AnswersOnceInOrderAndPadded) {
  RunClients({.max_batch_size = 4,
              .preserve_ordering = true,
              .layout = {.padded_sizes = {2, 4}},
              .instance_count = 3,
              .inline_limit = 0us});
}

TEST(DynamicBatcherStressTest, KeepsTheOrderOfOneClient) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(1));
  const std::unique_ptr<runtime::Session> session = engine.NewSession();
  metrics::Registry registry;
  VersionMetrics metrics(registry, *ModelName::Parse("m"), VersionId(1));
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<DynamicBatcher> batcher,
      DynamicBatcher::Create({.max_batch_size = 3, .preserve_ordering = true, .instance_count = 4},
                             {.session = *session, .clock = SystemClock(), .metrics = metrics}));
  std::vector<int> answered;  // The order is also what keeps two threads from writing at once.
  constexpr float kElement = 1;
  for (int i = 0; i < kRequestsPerThread; ++i) {
    QueuedRequest request;
    request.inputs.push_back(
        {DataType::kFloat32, Shape({1, 1}), std::as_bytes(std::span(&kElement, 1))});
    request.arrived = SystemClock().Now();
    request.done = [&answered, i](const RequestOutputs&) { answered.push_back(i); };
    ASSERT_OK(batcher->Submit(std::move(request)));
    if (i % 5 == 0) batcher->RunOnThisThread();
  }

  batcher->Close();

  ASSERT_EQ(answered.size(), static_cast<std::size_t>(kRequestsPerThread));
  EXPECT_TRUE(std::ranges::is_sorted(answered));
}

}  // namespace
}  // namespace slipway::serving
