// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_queue.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const SteadyTime kNow(100s);
constexpr QueueLimits kLimits = {.max_requests = 100, .max_bytes = 10'000};
constexpr std::array<std::byte, 1024> kBytes = {};

/// A request of `rows` rows with `width` floats each. `arrived` tells tests which one it is.
QueuedRequest RequestOf(std::int64_t rows, std::int64_t width = 1, int number = 0) {
  QueuedRequest request;
  const auto size = static_cast<std::size_t>(rows * width) * sizeof(float);
  request.inputs.push_back(
      {DataType::kFloat32, Shape({rows, width}), ByteView(kBytes).first(size)});
  request.arrived = SteadyTime(std::chrono::seconds(number));
  return request;
}

Status Push(RequestQueue& queue, QueuedRequest request) {
  const std::int64_t rows = request.inputs[0].shape[0];
  return queue.Push(std::move(request), rows, kNow);
}

/// The numbers that tests gave these requests.
std::vector<int> NumbersOf(const WaitingRequests& requests) {
  std::vector<int> numbers;
  for (const WaitingRequest& waiting : requests) {
    numbers.push_back(static_cast<int>(waiting.request.arrived.time_since_epoch() / 1s));
  }
  return numbers;
}

TEST(RequestQueueTest, TakesTheOldestFirstUpToTheRowsOfABatch) {
  RequestQueue queue(kLimits);
  for (int i = 1; i <= 4; ++i) ASSERT_OK(Push(queue, RequestOf(2, 1, i)));

  EXPECT_THAT(NumbersOf(queue.Take(6, kNow).batch), ElementsAre(1, 2, 3));
  EXPECT_EQ(queue.rows(), 2);
  EXPECT_THAT(NumbersOf(queue.Take(6, kNow).batch), ElementsAre(4));
  EXPECT_TRUE(queue.empty());
}

TEST(RequestQueueTest, TakesOneThatIsLargerThanABatchAlone) {
  RequestQueue queue(kLimits);
  ASSERT_OK(Push(queue, RequestOf(9, 1, 1)));
  ASSERT_OK(Push(queue, RequestOf(1, 1, 2)));

  EXPECT_THAT(NumbersOf(queue.Take(4, kNow).batch), ElementsAre(1));
}

TEST(RequestQueueTest, LetsNobodyOvertakeOneThatFitsNoMore) {
  RequestQueue queue(kLimits);
  ASSERT_OK(Push(queue, RequestOf(2, 1, 1)));
  ASSERT_OK(Push(queue, RequestOf(3, 1, 2)));
  ASSERT_OK(Push(queue, RequestOf(1, 1, 3)));

  EXPECT_THAT(NumbersOf(queue.Take(4, kNow).batch), ElementsAre(1));
  EXPECT_THAT(NumbersOf(queue.Take(4, kNow).batch), ElementsAre(2, 3));
}

TEST(RequestQueueTest, JoinsOnlyEqualRowShapesAndWantedOutputs) {
  RequestQueue queue(kLimits);
  ASSERT_OK(Push(queue, RequestOf(1, 1, 1)));
  ASSERT_OK(Push(queue, RequestOf(1, 2, 2)));
  QueuedRequest other_outputs = RequestOf(1, 1, 3);
  other_outputs.outputs = {1};
  ASSERT_OK(Push(queue, std::move(other_outputs)));
  ASSERT_OK(Push(queue, RequestOf(1, 1, 4)));

  EXPECT_THAT(NumbersOf(queue.Take(8, kNow).batch), ElementsAre(1, 4));
  EXPECT_THAT(NumbersOf(queue.Take(8, kNow).batch), ElementsAre(2));
  EXPECT_THAT(NumbersOf(queue.Take(8, kNow).batch), ElementsAre(3));
}

TEST(RequestQueueTest, SetsAsideWhatNobodyWantsAnyMore) {
  RequestQueue queue(kLimits);
  QueuedRequest expired = RequestOf(1, 1, 1);
  expired.deadline = kNow;
  std::stop_source gone;
  QueuedRequest cancelled = RequestOf(1, 1, 3);
  cancelled.cancelled = gone.get_token();
  ASSERT_OK(Push(queue, std::move(expired)));
  ASSERT_OK(Push(queue, RequestOf(1, 1, 2)));
  ASSERT_OK(Push(queue, std::move(cancelled)));
  gone.request_stop();

  const RequestQueue::Taken taken = queue.Take(8, kNow);

  EXPECT_THAT(NumbersOf(taken.batch), ElementsAre(2));
  EXPECT_THAT(NumbersOf(taken.unwanted), ElementsAre(1, 3));
}

TEST(RequestQueueTest, HasNoBatchWhenNobodyWantsAny) {
  RequestQueue queue(kLimits);
  QueuedRequest expired = RequestOf(1);
  expired.deadline = kNow - 1s;
  ASSERT_OK(Push(queue, std::move(expired)));

  EXPECT_THAT(queue.Take(8, kNow).batch, IsEmpty());
  EXPECT_TRUE(queue.empty());
}

TEST(RequestQueueTest, RefusesMoreRequestsThanItMayHold) {
  RequestQueue queue({.max_requests = 2, .max_bytes = 10'000});
  ASSERT_OK(Push(queue, RequestOf(1)));
  ASSERT_OK(Push(queue, RequestOf(1)));

  EXPECT_THAT(Push(queue, RequestOf(1)),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("2 requests and 8 bytes wait")));
}

TEST(RequestQueueTest, RefusesMoreBytesThanItMayHoldUnlessItIsEmpty) {
  RequestQueue queue({.max_requests = 10, .max_bytes = 20});
  ASSERT_OK(Push(queue, RequestOf(10)));

  EXPECT_THAT(Push(queue, RequestOf(1)),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("40 bytes wait")));
  queue.Take(10, kNow);
  ASSERT_OK(Push(queue, RequestOf(1)));
}

TEST(RequestQueueTest, LeavesARefusedRequestAsItWas) {
  RequestQueue queue({.max_requests = 0, .max_bytes = 0});
  ASSERT_OK(Push(queue, RequestOf(1)));
  QueuedRequest request = RequestOf(3);

  ASSERT_FALSE(queue.Push(std::move(request), 3, kNow).has_value());

  EXPECT_THAT(request.inputs, ::testing::SizeIs(1));
}

TEST(RequestQueueTest, CountsEmptyTensorsAsARow) {
  RequestQueue queue(kLimits);
  for (int i = 1; i <= 3; ++i) ASSERT_OK(Push(queue, RequestOf(0, 1, i)));

  EXPECT_THAT(NumbersOf(queue.Take(2, kNow).batch), ElementsAre(1, 2));
}

TEST(RequestQueueTest, UsesTheNodesOfAnsweredRequestsAgain) {
  RequestQueue queue(kLimits);
  ASSERT_OK(Push(queue, RequestOf(1)));
  WaitingRequests answered = queue.Take(1, kNow).batch;
  const WaitingRequest* const node = &answered.front();
  queue.Recycle(std::move(answered));

  ASSERT_OK(Push(queue, RequestOf(1)));

  EXPECT_EQ(&queue.oldest(), node);
}

}  // namespace
}  // namespace slipway::serving
