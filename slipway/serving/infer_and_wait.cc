// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/mutex.h"
#include "slipway/serving/inference_service.h"

#include <optional>
#include <utility>

namespace slipway::serving {
namespace {

/// Where one answer arrives. Thread-safe.
class Arrival {
 public:
  void Put(Result<InferResponse> answer) {
    const MutexLock lock(mutex_);
    answer_ = std::move(answer);
    // Under the lock, because the waiter's stack frame may be gone right after it.
    put_.NotifyOne();
  }
  Result<InferResponse> Take() {
    MutexLock lock(mutex_);
    while (!answer_) put_.Wait(lock);
    return *std::move(answer_);
  }

 private:
  Mutex mutex_;
  ConditionVariable put_;
  std::optional<Result<InferResponse>> answer_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace

Result<InferResponse> InferAndWait(InferenceService& service, InferRequest request) {
  Arrival arrival;
  service.Infer(std::move(request),
                [&](Result<InferResponse> answer) { arrival.Put(std::move(answer)); });
  while (service.RunQueued() == WorkLeft::kHere) {
  }
  return arrival.Take();
}

}  // namespace slipway::serving
