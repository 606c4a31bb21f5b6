// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/serving/served_version.h"

#include <memory>
#include <string>

namespace slipway::serving {

/// Owns a loaded version and lends it to snapshots and to the requests that come by them.
///
/// Its end waits until everyone has given the version back and every request has been answered, so
/// that it is unloaded by the thread that wants it gone, never by one that answers requests; that
/// thread must hold none of what was lent. Not thread-safe; what it lends is.
class VersionOwner {
 public:
  /// `stamp` says what the files looked like from which the version was loaded.
  VersionOwner(std::unique_ptr<ServedVersion> version, std::string stamp);
  ~VersionOwner();
  VersionOwner(const VersionOwner&) = delete;
  VersionOwner& operator=(const VersionOwner&) = delete;

  const std::shared_ptr<ServedVersion>& lent() const { return lent_; }
  const std::string& stamp() const { return stamp_; }

 private:
  /// Tells the owner when the last who had the version has given it back.
  struct Return {
    Mutex mutex;
    ConditionVariable changed;
    bool is_back SLIPWAY_GUARDED_BY(mutex) = false;
  };

  const std::string stamp_;
  const std::unique_ptr<ServedVersion> version_;
  // Shared with the one who gives the version back, who may still be at it when the owner ends.
  const std::shared_ptr<Return> return_ = std::make_shared<Return>();
  std::shared_ptr<ServedVersion> lent_;
};

}  // namespace slipway::serving
