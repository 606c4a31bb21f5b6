// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/check.h"
#include "slipway/base/format.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>

namespace slipway::api {

/// A POSIX shared-memory object of a test; it is gone with this object.
class SharedMemoryObject {
 public:
  explicit SharedMemoryObject(std::string_view contents) {
    static std::atomic<int> next = 0;
    key_ = fmt::format("/slipway-test-{}-{}", ::getpid(), next++);
    descriptor_ = ::shm_open(key_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    SLIPWAY_CHECK(descriptor_ >= 0);
    SLIPWAY_CHECK(::pwrite(descriptor_, contents.data(), contents.size(), 0) ==
                  static_cast<ssize_t>(contents.size()));
  }
  ~SharedMemoryObject() {
    ::close(descriptor_);
    ::shm_unlink(key_.c_str());
  }
  SharedMemoryObject(const SharedMemoryObject&) = delete;
  SharedMemoryObject& operator=(const SharedMemoryObject&) = delete;

  const std::string& key() const { return key_; }
  void Resize(std::size_t size) {
    SLIPWAY_CHECK(::ftruncate(descriptor_, static_cast<off_t>(size)) == 0);
  }
  std::string Contents() const {
    std::string contents(1 << 20U, '\0');
    const ssize_t size = ::pread(descriptor_, contents.data(), contents.size(), 0);
    SLIPWAY_CHECK(size >= 0);
    contents.resize(static_cast<std::size_t>(size));
    return contents;
  }

 private:
  std::string key_;
  int descriptor_ = -1;
};

}  // namespace slipway::api
