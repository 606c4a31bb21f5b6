// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_queue.h"

#include "slipway/serving/internal/batch_key.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace slipway::serving {
namespace {

/// Requests that are looked at for one batch, which bounds the time under the lock.
constexpr std::size_t kMaxLookedAt = 1024;
/// Each priority level has a line of those in time, and one of those that were delayed.
constexpr std::size_t kLinesPerLevel = 2;

std::uint64_t InputBytes(const QueuedRequest& request) {
  std::uint64_t bytes = 0;
  for (const TensorView& input : request.inputs) bytes += input.bytes.size();
  return bytes;
}

/// Keeps a line in the order of its dues when its last request is due before others.
void HurryThoseBefore(WaitingRequests& line) {
  const SteadyTime due = line.back().due;
  for (auto before = std::next(line.rbegin()); before != line.rend() && before->due > due;
       ++before) {
    before->due = due;
  }
}

}  // namespace

RequestQueue::RequestQueue(RequestQueueOptions options)
    : options_(std::move(options)), levels_(options_.max_requests.size()) {}

std::optional<Refusal> RequestQueue::Push(QueuedRequest&& request, const QueuePlace& place) {
  const std::uint64_t bytes = InputBytes(request);
  if (const std::optional<Refusal> refusal = Refuse(bytes, place.level)) return refusal;
  RequestGroup& group = GroupFor(request, place.key);
  if (spare_.empty()) spare_.emplace_back();
  const auto waiting = spare_.begin();
  waiting->request = std::move(request);
  waiting->request.deadline = place.deadline;
  waiting->rows = std::max<std::int64_t>(place.rows, 1);
  waiting->bytes = bytes;
  waiting->number = next_number_++;
  waiting->due = place.due;
  waiting->delay_at = place.delay_at;
  waiting->rank = place.level * kLinesPerLevel;
  Append(group, spare_, waiting);
  Track(waiting);
  Level& level = levels_[place.level];
  ++level.requests;
  level.rows += waiting->rows;
  ++size_;
  bytes_ += bytes;
  return std::nullopt;
}

std::optional<Refusal> RequestQueue::Refuse(std::uint64_t bytes, std::size_t level) const {
  const std::size_t waiting = levels_[level].requests;
  const std::size_t limit = options_.max_requests[level];
  if (waiting > 0 && waiting >= limit) {
    return Refusal{.reason = Refusal::Reason::kTooManyRequests, .waiting = waiting, .limit = limit};
  }
  if (size_ > 0 && bytes_ + bytes > options_.max_bytes) {
    return Refusal{
        .reason = Refusal::Reason::kTooManyBytes, .waiting = bytes_, .limit = options_.max_bytes};
  }
  return std::nullopt;
}

RequestGroup& RequestQueue::GroupFor(const QueuedRequest& request, std::uint64_t key) {
  for (const std::unique_ptr<RequestGroup>& group : groups_) {
    const bool fits = group->key == key &&
                      (!options_.may_join ||
                       MayShareCall(group->first().request, request, options_.ragged_inputs));
    if (fits) return *group;
  }
  if (spare_groups_.empty()) {
    spare_groups_.push_back(std::make_unique<RequestGroup>(levels_.size() * kLinesPerLevel));
  }
  groups_.push_back(std::move(spare_groups_.back()));
  spare_groups_.pop_back();
  groups_.back()->key = key;
  return *groups_.back();
}

void RequestQueue::Append(RequestGroup& group, WaitingRequests& source,
                          WaitingRequests::iterator waiting) {
  WaitingRequests& line = group.lines[waiting->rank];
  waiting->group = &group;
  group.rows += waiting->rows;
  line.splice(line.end(), source, waiting);
  HurryThoseBefore(line);
}

void RequestQueue::Track(WaitingRequests::iterator waiting) {
  const std::optional<SteadyTime>& deadline = waiting->request.deadline;
  const std::optional<SteadyTime>& delay_at = waiting->delay_at;
  if (!deadline && !delay_at) return;
  waiting->expires =
      std::min(deadline.value_or(SteadyTime::max()), delay_at.value_or(SteadyTime::max()));
  expiring_.Add(waiting);
}

std::int64_t RequestQueue::RowsAhead(std::size_t level) const {
  std::int64_t rows = 0;
  for (std::size_t i = 0; i <= level; ++i) rows += levels_[i].rows;
  return rows;
}

std::optional<SteadyTime> RequestQueue::next_expiry() const {
  if (expiring_.empty()) return std::nullopt;
  return expiring_.soonest()->expires;
}

void RequestQueue::Expire(SteadyTime now, WaitingRequests& expired) {
  while (!expiring_.empty() && expiring_.soonest()->expires <= now) {
    const WaitingRequests::iterator waiting = expiring_.soonest();
    if (waiting->request.deadline && *waiting->request.deadline <= now) {
      RequestGroup& group = *waiting->group;
      MoveTo(expired, waiting);
      RetireIfEmpty(group);
    } else {
      Delay(waiting, now);
    }
  }
}

void RequestQueue::Delay(WaitingRequests::iterator waiting, SteadyTime now) {
  RequestGroup& group = *waiting->group;
  WaitingRequests& line = group.lines[waiting->rank];
  expiring_.Remove(waiting);
  group.rows -= waiting->rows;
  waiting->delay_at.reset();
  waiting->due = std::min(waiting->due, now);
  ++waiting->rank;
  Append(group, line, waiting);
  Track(waiting);
}

void RequestQueue::TakeCancelled(WaitingRequests& cancelled) {
  // From the back, because a group that is empty leaves its place to the last.
  for (std::size_t i = groups_.size(); i > 0; --i) {
    RequestGroup& group = *groups_[i - 1];
    for (WaitingRequests& line : group.lines) {
      for (auto next = line.begin(); next != line.end();) {
        const auto waiting = next++;
        if (waiting->request.cancelled.stop_requested()) MoveTo(cancelled, waiting);
      }
    }
    RetireIfEmpty(group);
  }
}

std::int64_t RequestQueue::RowsReady(const RequestGroup& group, SteadyTime now) const {
  if (group.rows >= options_.max_rows || group.due() <= now) return options_.max_rows;
  std::int64_t ready = 0;
  for (const std::int64_t size : options_.preferred_rows) {
    if (size <= group.rows) ready = size;
  }
  return ready;
}

RequestQueue::Turn RequestQueue::NextTurn(SteadyTime now, bool at_once) const {
  Turn turn;
  std::tuple<std::size_t, std::uint64_t> first;  // Rank and number of the turn's first request.
  for (const std::unique_ptr<RequestGroup>& group : groups_) {
    const std::int64_t rows = at_once ? options_.max_rows : RowsReady(*group, now);
    if (rows == 0) continue;
    const WaitingRequest& waiting = group->first();
    const std::tuple<std::size_t, std::uint64_t> candidate(waiting.rank, waiting.number);
    if (turn && first <= candidate) continue;
    turn = {.group = group.get(), .max_rows = rows};
    first = candidate;
  }
  return turn;
}

SteadyTime RequestQueue::NextDue() const {
  SteadyTime due = SteadyTime::max();
  for (const std::unique_ptr<RequestGroup>& group : groups_) due = std::min(due, group->due());
  return due;
}

void RequestQueue::Take(const Turn& turn, SteadyTime done_by, Taken& taken) {
  FillBatch(turn, done_by, taken);
  // If all are late, a late answer to one is the only way to learn that it need not be late.
  if (taken.batch.empty()) FillBatch(turn, std::nullopt, taken);
  RetireIfEmpty(*turn.group);
}

void RequestQueue::FillBatch(const Turn& turn, std::optional<SteadyTime> done_by, Taken& taken) {
  std::int64_t rows = 0;
  std::size_t looked_at = 0;
  for (WaitingRequests& line : turn.group->lines) {
    for (auto next = line.begin(); next != line.end() && looked_at < kMaxLookedAt; ++looked_at) {
      if (rows >= turn.max_rows) return;
      const auto candidate = next++;
      const QueuedRequest& request = candidate->request;
      if (request.cancelled.stop_requested()) {
        MoveTo(taken.unwanted, candidate);
        continue;
      }
      if (done_by && request.deadline && *request.deadline < *done_by) continue;
      // What fits no more must not be overtaken by smaller ones for ever.
      const bool is_full = !options_.may_join || rows + candidate->rows > turn.max_rows;
      if (!taken.batch.empty() && is_full) return;
      rows += candidate->rows;
      MoveTo(taken.batch, candidate);
    }
  }
}

void RequestQueue::Recycle(WaitingRequests&& answered) {
  spare_.splice(spare_.end(), std::move(answered));
}

void RequestQueue::MoveTo(WaitingRequests& target, WaitingRequests::iterator waiting) {
  expiring_.Remove(waiting);
  RequestGroup& group = *waiting->group;
  Level& level = levels_[waiting->rank / kLinesPerLevel];
  --level.requests;
  level.rows -= waiting->rows;
  group.rows -= waiting->rows;
  --size_;
  bytes_ -= waiting->bytes;
  target.splice(target.end(), group.lines[waiting->rank], waiting);
}

void RequestQueue::RetireIfEmpty(RequestGroup& group) {
  if (!group.empty()) return;
  const auto found = std::ranges::find(groups_, &group, &std::unique_ptr<RequestGroup>::get);
  spare_groups_.push_back(std::move(*found));
  *found = std::move(groups_.back());
  groups_.pop_back();
}

}  // namespace slipway::serving
