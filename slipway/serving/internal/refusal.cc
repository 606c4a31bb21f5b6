// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/refusal.h"

namespace slipway::serving {

Error ToError(const Refusal& refusal) {
  switch (refusal.reason) {
    case Refusal::Reason::kTooManyRequests:
      return MakeError(ErrorCode::kResourceExhausted,
                       "the queue is full: {} requests wait, at most {} may; it takes about {} us "
                       "to empty",
                       refusal.waiting, refusal.limit, refusal.drain.count());
    case Refusal::Reason::kTooManyBytes:
      return MakeError(ErrorCode::kResourceExhausted,
                       "the queue is full: inputs of {} bytes wait, at most {} may; it takes about "
                       "{} us to empty",
                       refusal.waiting, refusal.limit, refusal.drain.count());
    case Refusal::Reason::kTooLate:
      return MakeError(ErrorCode::kResourceExhausted,
                       "no answer before the deadline: what comes first takes about {} us, the "
                       "deadline is {} us away",
                       refusal.drain.count(), refusal.limit);
    case Refusal::Reason::kClosed:
      break;
  }
  return MakeError(ErrorCode::kUnavailable, "the model is being unloaded");
}

}  // namespace slipway::serving
