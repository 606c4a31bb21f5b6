// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/response_order.h"

#include <utility>

namespace slipway::serving {

void ResponseOrder::Deliver(std::uint64_t number, RequestDone done, RequestOutputs outputs) {
  Settle(number, Answer{.done = std::move(done), .outputs = std::move(outputs)});
}

void ResponseOrder::Skip(std::uint64_t number) { Settle(number, std::nullopt); }

void ResponseOrder::Settle(std::uint64_t number, std::optional<Answer> answer) {
  {
    const MutexLock lock(mutex_);
    const auto index = static_cast<std::size_t>(number - first_);
    if (slots_.size() <= index) slots_.resize(index + 1);
    slots_[index] = {.is_settled = true, .answer = std::move(answer)};
    if (is_delivering_) return;
    is_delivering_ = true;
  }
  while (std::optional<Slot> next = TakeNext()) {
    if (next->answer) next->answer->done(std::move(next->answer->outputs));
  }
}

std::optional<ResponseOrder::Slot> ResponseOrder::TakeNext() {
  const MutexLock lock(mutex_);
  if (slots_.empty() || !slots_.front().is_settled) {
    is_delivering_ = false;
    return std::nullopt;
  }
  std::optional<Slot> next(std::move(slots_.front()));
  slots_.pop_front();
  ++first_;
  return next;
}

}  // namespace slipway::serving
