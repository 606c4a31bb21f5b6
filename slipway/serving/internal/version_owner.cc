// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/version_owner.h"

#include <utility>

namespace slipway::serving {

VersionOwner::VersionOwner(std::unique_ptr<ServedVersion> version, std::string stamp)
    : stamp_(std::move(stamp)), version_(std::move(version)) {
  lent_ = std::shared_ptr<ServedVersion>(version_.get(), [returned = return_](ServedVersion*) {
    const MutexLock lock(returned->mutex);
    returned->is_back = true;
    returned->changed.NotifyAll();
  });
}

VersionOwner::~VersionOwner() {
  lent_.reset();
  {
    MutexLock lock(return_->mutex);
    while (!return_->is_back) return_->changed.Wait(lock);
  }
  // Nobody can submit any more; what was submitted is answered here.
  version_->batcher().Close();
}

}  // namespace slipway::serving
