// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_queue.h"

#include "slipway/serving/internal/batch_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const SteadyTime kNow(100s);
constexpr std::array<std::byte, 1024> kBytes = {};

/// A queue that holds much and makes batches of up to `max_rows` rows.
RequestQueueOptions OptionsWith(std::int64_t max_rows) {
  return {.max_requests = {100}, .max_bytes = 10'000, .max_rows = max_rows};
}

/// A request of `rows` rows with `width` floats each. `arrived` tells tests which one it is.
QueuedRequest RequestOf(std::int64_t rows, std::int64_t width = 1, int number = 0) {
  QueuedRequest request;
  const auto size = static_cast<std::size_t>(rows * width) * sizeof(float);
  request.inputs.push_back(
      {DataType::kFloat32, Shape({rows, width}), ByteView(kBytes).first(size)});
  request.arrived = SteadyTime(std::chrono::seconds(number));
  return request;
}

QueuePlace PlaceOf(const QueuedRequest& request) {
  return {.key = BatchKeyOf(request, {}), .rows = request.inputs[0].shape[0], .due = kNow};
}

/// Whether the queue accepts `request`.
bool Push(RequestQueue& queue, QueuedRequest request, std::size_t level = 0) {
  QueuePlace place = PlaceOf(request);
  place.level = level;
  place.deadline = request.deadline;
  return !queue.Push(std::move(request), place).has_value();
}

/// The batch whose turn it is.
RequestQueue::Taken Take(RequestQueue& queue, SteadyTime done_by = kNow) {
  RequestQueue::Taken taken;
  const RequestQueue::Turn turn = queue.NextTurn(kNow, false);
  if (turn) queue.Take(turn, done_by, taken);
  return taken;
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
  RequestQueue queue(OptionsWith(6));
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(Push(queue, RequestOf(2, 1, i)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1, 2, 3));
  EXPECT_EQ(queue.RowsAhead(0), 2);
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(4));
  EXPECT_TRUE(queue.empty());
}

TEST(RequestQueueTest, TakesOneThatIsLargerThanABatchAlone) {
  RequestQueue queue(OptionsWith(4));
  ASSERT_TRUE(Push(queue, RequestOf(9, 1, 1)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 2)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
}

TEST(RequestQueueTest, LetsNobodyOvertakeOneThatFitsNoMore) {
  RequestQueue queue(OptionsWith(4));
  ASSERT_TRUE(Push(queue, RequestOf(2, 1, 1)));
  ASSERT_TRUE(Push(queue, RequestOf(3, 1, 2)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 3)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2, 3));
}

TEST(RequestQueueTest, JoinsOnlyEqualRowShapesAndWantedOutputs) {
  RequestQueue queue(OptionsWith(8));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 1)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 2, 2)));
  QueuedRequest other_outputs = RequestOf(1, 1, 3);
  other_outputs.outputs = {1};
  ASSERT_TRUE(Push(queue, std::move(other_outputs)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 4)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1, 4));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(3));
}

TEST(RequestQueueTest, KeepsRequestsApartWhoseKeysCollide) {
  RequestQueue queue(OptionsWith(8));
  for (const std::int64_t width : {1, 2}) {
    QueuedRequest request = RequestOf(1, width, static_cast<int>(width));
    QueuePlace place = PlaceOf(request);
    place.key = 5;
    ASSERT_FALSE(queue.Push(std::move(request), place).has_value());
  }

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2));
}

TEST(RequestQueueTest, GivesEachRequestItsOwnTurnWhereNoneMayJoin) {
  RequestQueue queue({.max_requests = {9}, .max_bytes = 10'000, .may_join = false});
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 1)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 2)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
}

TEST(RequestQueueTest, HasNoTurnBeforeARequestIsDueOrABatchIsFull) {
  RequestQueue queue(
      {.max_requests = {9}, .max_bytes = 10'000, .max_rows = 8, .preferred_rows = {2, 4}});
  const auto push_due_later = [&](std::int64_t rows) {
    QueuedRequest request = RequestOf(rows);
    QueuePlace place = PlaceOf(request);
    place.due = kNow + 1s;
    ASSERT_FALSE(queue.Push(std::move(request), place).has_value());
  };
  push_due_later(1);
  EXPECT_FALSE(queue.NextTurn(kNow, false));
  EXPECT_TRUE(queue.NextTurn(kNow, true));
  EXPECT_EQ(queue.NextDue(), kNow + 1s);
  EXPECT_EQ(queue.NextTurn(kNow + 1s, false).max_rows, 8);

  push_due_later(2);
  EXPECT_EQ(queue.NextTurn(kNow, false).max_rows, 2);
  push_due_later(5);
  EXPECT_EQ(queue.NextTurn(kNow, false).max_rows, 8);
}

TEST(RequestQueueTest, HurriesThoseInFrontOfOneThatIsDueSooner) {
  RequestQueue queue(OptionsWith(8));
  for (const auto delay : {9s, 9s, 1s}) {
    QueuedRequest request = RequestOf(1);
    QueuePlace place = PlaceOf(request);
    place.due = kNow + delay;
    ASSERT_FALSE(queue.Push(std::move(request), place).has_value());
  }

  EXPECT_EQ(queue.NextDue(), kNow + 1s);
}

TEST(RequestQueueTest, GoesByLevelBeforeAge) {
  RequestQueue queue({.max_requests = {9, 9}, .max_bytes = 10'000, .max_rows = 1});
  ASSERT_TRUE(Push(queue, RequestOf(1, 2, 1), 1));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 2), 1));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 3), 0));

  EXPECT_EQ(queue.RowsAhead(0), 1);
  EXPECT_EQ(queue.RowsAhead(1), 3);
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(3));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2));
}

TEST(RequestQueueTest, MovesDelayedRequestsBehindOthersOfTheirLevel) {
  RequestQueue queue(OptionsWith(1));
  QueuedRequest first = RequestOf(1, 1, 1);
  QueuePlace place = PlaceOf(first);
  place.delay_at = kNow;
  ASSERT_FALSE(queue.Push(std::move(first), place).has_value());
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 2)));
  WaitingRequests expired;

  queue.Expire(kNow, expired);
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 3)));

  EXPECT_THAT(expired, IsEmpty());
  EXPECT_EQ(queue.next_expiry(), std::nullopt);
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(3));
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1));
}

TEST(RequestQueueTest, GivesUpWhatIsPastItsDeadline) {
  RequestQueue queue(OptionsWith(8));
  QueuedRequest late = RequestOf(1, 1, 1);
  late.deadline = kNow;
  QueuedRequest in_time = RequestOf(1, 1, 2);
  in_time.deadline = kNow + 1s;
  ASSERT_TRUE(Push(queue, std::move(late)));
  ASSERT_TRUE(Push(queue, std::move(in_time)));
  ASSERT_EQ(queue.next_expiry(), kNow);
  WaitingRequests expired;

  queue.Expire(kNow, expired);

  EXPECT_THAT(NumbersOf(expired), ElementsAre(1));
  EXPECT_EQ(queue.next_expiry(), kNow + 1s);
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(2));
  EXPECT_EQ(queue.next_expiry(), std::nullopt);
}

TEST(RequestQueueTest, SetsAsideWhatNobodyWantsAnyMore) {
  RequestQueue queue(OptionsWith(8));
  std::stop_source gone;
  QueuedRequest cancelled = RequestOf(1, 1, 1);
  cancelled.cancelled = gone.get_token();
  ASSERT_TRUE(Push(queue, std::move(cancelled)));
  ASSERT_TRUE(Push(queue, RequestOf(1, 1, 2)));
  gone.request_stop();

  const RequestQueue::Taken taken = Take(queue);

  EXPECT_THAT(NumbersOf(taken.batch), ElementsAre(2));
  EXPECT_THAT(NumbersOf(taken.unwanted), ElementsAre(1));
}

TEST(RequestQueueTest, TakesAllWhoseCallersHaveGoneOutOfEveryGroup) {
  RequestQueue queue(OptionsWith(8));
  std::stop_source gone;
  for (const std::int64_t width : {1, 2, 3}) {
    QueuedRequest cancelled = RequestOf(1, width, static_cast<int>(width));
    cancelled.cancelled = gone.get_token();
    ASSERT_TRUE(Push(queue, std::move(cancelled)));
  }
  ASSERT_TRUE(Push(queue, RequestOf(1, 2, 4)));
  gone.request_stop();
  WaitingRequests cancelled;

  queue.TakeCancelled(cancelled);

  EXPECT_THAT(NumbersOf(cancelled), UnorderedElementsAre(1, 2, 3));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(4));
}

TEST(RequestQueueTest, LetsThoseInTimeGoBeforeLateOnes) {
  RequestQueue queue(OptionsWith(2));
  for (int i = 1; i <= 4; ++i) {
    QueuedRequest request = RequestOf(1, 1, i);
    if (i <= 2) request.deadline = kNow + 1s;
    ASSERT_TRUE(Push(queue, std::move(request)));
  }

  EXPECT_THAT(NumbersOf(Take(queue, kNow + 2s).batch), ElementsAre(3, 4));
  EXPECT_THAT(NumbersOf(Take(queue, kNow + 2s).batch), ElementsAre(1, 2));
}

TEST(RequestQueueTest, RefusesMoreRequestsThanALevelMayHold) {
  RequestQueue queue({.max_requests = {2, 1}, .max_bytes = 10'000, .max_rows = 1});
  ASSERT_TRUE(Push(queue, RequestOf(1), 0));
  ASSERT_TRUE(Push(queue, RequestOf(1), 1));
  ASSERT_FALSE(Push(queue, RequestOf(1), 1));
  ASSERT_TRUE(Push(queue, RequestOf(1), 0));
  QueuedRequest request = RequestOf(1);

  const std::optional<Refusal> refused = queue.Push(std::move(request), PlaceOf(request));

  ASSERT_TRUE(refused.has_value());
  EXPECT_THAT(ToError(*refused).message(), HasSubstr("2 requests wait, at most 2 may"));
  EXPECT_THAT(request.inputs, SizeIs(1));
}

TEST(RequestQueueTest, RefusesMoreBytesThanItMayHoldUnlessItIsEmpty) {
  RequestQueue queue({.max_requests = {10}, .max_bytes = 20, .max_rows = 10});
  ASSERT_TRUE(Push(queue, RequestOf(10)));
  QueuedRequest request = RequestOf(1);

  const std::optional<Refusal> refused = queue.Push(std::move(request), PlaceOf(request));

  ASSERT_TRUE(refused.has_value());
  EXPECT_THAT(ToError(*refused).message(), HasSubstr("40 bytes wait, at most 20 may"));
  Take(queue);
  EXPECT_TRUE(Push(queue, RequestOf(1)));
}

TEST(RequestQueueTest, CountsEmptyTensorsAsARow) {
  RequestQueue queue(OptionsWith(2));
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(Push(queue, RequestOf(0, 1, i)));

  EXPECT_THAT(NumbersOf(Take(queue).batch), ElementsAre(1, 2));
}

TEST(RequestQueueTest, UsesTheNodesOfAnsweredRequestsAgain) {
  RequestQueue queue(OptionsWith(1));
  ASSERT_TRUE(Push(queue, RequestOf(1)));
  WaitingRequests answered = Take(queue).batch;
  const WaitingRequest* const node = &answered.front();
  queue.Recycle(std::move(answered));

  ASSERT_TRUE(Push(queue, RequestOf(1)));

  EXPECT_EQ(&Take(queue).batch.front(), node);
}

TEST(RequestQueueTest, NumbersRequestsInTheOrderOfTheirArrival) {
  RequestQueue queue(OptionsWith(9));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Push(queue, RequestOf(1)));

  const WaitingRequests batch = Take(queue).batch;

  EXPECT_EQ(batch.front().number, 0U);
  EXPECT_EQ(batch.back().number, 2U);
}

}  // namespace
}  // namespace slipway::serving
