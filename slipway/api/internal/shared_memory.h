// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/mutex.h"
#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// Where a client says that its memory is.
struct SharedMemoryPlace {
  std::string name;             ///< What the client calls the region.
  std::string key;              ///< The name of the POSIX shared-memory object, such as "/tensors".
  std::uint64_t offset = 0;     ///< Of the region in the object, in bytes.
  std::uint64_t byte_size = 0;  ///< Of the region; at least 1.
};

/// A part of a POSIX shared-memory object that a client registered.
///
/// Thread-safe. It is read and written by system calls and never mapped: a client that makes its
/// object shorter gets an error and cannot crash the server.
class SharedMemoryRegion {
 public:
  /// Opens the object. kInvalidArgument if its key is none, there is no such object, or it ends
  /// before the region does.
  static Result<std::shared_ptr<const SharedMemoryRegion>> Open(SharedMemoryPlace place);
  ~SharedMemoryRegion();
  SharedMemoryRegion(const SharedMemoryRegion&) = delete;
  SharedMemoryRegion& operator=(const SharedMemoryRegion&) = delete;

  const SharedMemoryPlace& place() const { return place_; }
  /// Fills `into` with what lies at `offset` of the region. kInvalidArgument if the object has
  /// become too short.
  Status Read(std::uint64_t offset, MutableByteView into) const;
  /// Writes `bytes` to `offset` of the region. kInvalidArgument if the object has become too short.
  Status Write(std::uint64_t offset, ByteView bytes) const;

 private:
  SharedMemoryRegion(SharedMemoryPlace place, int descriptor)
      : place_(std::move(place)), descriptor_(descriptor) {}
  Status CheckLength() const;

  const SharedMemoryPlace place_;
  const int descriptor_;
};

/// Bytes of a region that a tensor lies in or goes to.
struct SharedMemoryRange {
  std::shared_ptr<const SharedMemoryRegion> region;
  std::uint64_t offset = 0;  ///< Inside the region; all of the range is.
  std::uint64_t byte_size = 0;
};

/// The regions that clients have registered, by their names.
///
/// Thread-safe. A region that is unregistered lives on in the requests that use it.
class SharedMemoryRegions {
 public:
  static constexpr std::size_t kMaxRegions = 1024;

  /// kAlreadyExists if there is a region of that name, kResourceExhausted if there are too many,
  /// else as `SharedMemoryRegion::Open`.
  Status Register(SharedMemoryPlace place);
  /// Forgets one region, or all. Forgetting what is unknown is fine, as it is with Triton.
  void Unregister(std::string_view name);
  void UnregisterAll();
  /// All regions by their names, or the one called `name`; kNotFound if there is none.
  Result<std::vector<SharedMemoryPlace>> List(std::optional<std::string_view> name) const;
  /// The `byte_size` bytes at `offset` of region `name`. kNotFound if it is unknown,
  /// kInvalidArgument if it ends before they do.
  Result<SharedMemoryRange> Find(std::string_view name, std::uint64_t offset,
                                 std::uint64_t byte_size) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const SharedMemoryRegion>, std::less<>> regions_
      SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::api
