// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/shared_memory.h"

#include "slipway/api/internal/shown_length.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace slipway::api {
namespace {
constexpr std::size_t kMaxKeyLength = 255;

std::string ErrnoText() { return std::error_code(errno, std::generic_category()).message(); }

/// Checks what the system does not: a key names an object and leads nowhere else.
Status CheckPlace(const SharedMemoryPlace& place) {
  const std::string_view key = place.key;
  const std::string_view name = key.starts_with('/') ? key.substr(1) : key;
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxKeyLength ||
      name.contains('/') || name.contains('\0')) {
    return InvalidArgument("key {:?} is no name of a shared-memory object",
                           key.substr(0, kShownLength));
  }
  if (place.name.empty() || place.name.size() > kMaxKeyLength) {
    return InvalidArgument("the name of a region has 1 to {} bytes, this one {}", kMaxKeyLength,
                           place.name.size());
  }
  if (place.byte_size == 0) return InvalidArgument("byte_size is 0");
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  if (place.offset > kMax || place.byte_size > kMax - place.offset) {
    return InvalidArgument("offset {} and byte_size {} are beyond any object", place.offset,
                           place.byte_size);
  }
  return {};
}

/// Moves all of `bytes` by `transfer(data, size, offset)`, a pread or a pwrite.
template <typename Bytes, typename Transfer>
Status MoveAll(Bytes bytes, std::uint64_t offset, Transfer transfer) {
  while (!bytes.empty()) {
    const ssize_t moved = transfer(bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) return InvalidArgument("shared memory cannot be used: {}", ErrnoText());
    if (moved == 0) return InvalidArgument("the shared-memory object has become too short");
    bytes = bytes.subspan(static_cast<std::size_t>(moved));
    offset += static_cast<std::uint64_t>(moved);
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const SharedMemoryRegion>> SharedMemoryRegion::Open(
    SharedMemoryPlace place) {
  SLIPWAY_TRY(CheckPlace(place));
  const int descriptor = ::shm_open(place.key.c_str(), O_RDWR, 0);
  if (descriptor < 0) {
    return InvalidArgument("shared-memory object {:?} cannot be opened: {}",
                           std::string_view(place.key).substr(0, kShownLength), ErrnoText());
  }
  std::shared_ptr<const SharedMemoryRegion> region(
      new SharedMemoryRegion(std::move(place), descriptor));
  SLIPWAY_TRY(region->CheckLength());
  return region;
}

SharedMemoryRegion::~SharedMemoryRegion() { ::close(descriptor_); }

Status SharedMemoryRegion::CheckLength() const {
  struct stat file = {};
  if (::fstat(descriptor_, &file) != 0 || !S_ISREG(file.st_mode)) {
    return InvalidArgument("key {:?} is no shared-memory object",
                           std::string_view(place_.key).substr(0, kShownLength));
  }
  const auto length = static_cast<std::uint64_t>(file.st_size);
  if (place_.offset > length || place_.byte_size > length - place_.offset) {
    return InvalidArgument(
        "offset {} and byte_size {} reach beyond the {} bytes of shared-memory object {:?}",
        place_.offset, place_.byte_size, length,
        std::string_view(place_.key).substr(0, kShownLength));
  }
  return {};
}

Status SharedMemoryRegion::Read(std::uint64_t offset, MutableByteView into) const {
  return MoveAll(into, place_.offset + offset,
                 [this](std::byte* data, std::size_t size, off_t place) {
                   return ::pread(descriptor_, data, size, place);
                 });
}

Status SharedMemoryRegion::Write(std::uint64_t offset, ByteView bytes) const {
  // Writing behind its end would make the object longer.
  SLIPWAY_TRY(CheckLength());
  return MoveAll(bytes, place_.offset + offset,
                 [this](const std::byte* data, std::size_t size, off_t place) {
                   return ::pwrite(descriptor_, data, size, place);
                 });
}

Status SharedMemoryRegions::Register(SharedMemoryPlace place) {
  std::string name = place.name;
  SLIPWAY_TRY_ASSIGN(std::shared_ptr<const SharedMemoryRegion> region,
                     SharedMemoryRegion::Open(std::move(place)));
  const MutexLock lock(mutex_);
  if (regions_.contains(name)) {
    return MakeError(ErrorCode::kAlreadyExists, "shared-memory region {:?} is registered already",
                     std::string_view(name).substr(0, kShownLength));
  }
  if (regions_.size() == kMaxRegions) {
    return MakeError(ErrorCode::kResourceExhausted, "{} shared-memory regions are registered",
                     kMaxRegions);
  }
  regions_.emplace(std::move(name), std::move(region));
  return {};
}

void SharedMemoryRegions::Unregister(std::string_view name) {
  const MutexLock lock(mutex_);
  if (const auto found = regions_.find(name); found != regions_.end()) regions_.erase(found);
}

void SharedMemoryRegions::UnregisterAll() {
  const MutexLock lock(mutex_);
  regions_.clear();
}

Result<std::vector<SharedMemoryPlace>> SharedMemoryRegions::List(
    std::optional<std::string_view> name) const {
  const MutexLock lock(mutex_);
  std::vector<SharedMemoryPlace> places;
  for (const auto& [own_name, region] : regions_) {
    if (!name || own_name == *name) places.push_back(region->place());
  }
  if (name && places.empty()) {
    return NotFound("shared-memory region {:?} is not registered", name->substr(0, kShownLength));
  }
  return places;
}

Result<SharedMemoryRange> SharedMemoryRegions::Find(std::string_view name, std::uint64_t offset,
                                                    std::uint64_t byte_size) const {
  const MutexLock lock(mutex_);
  const auto found = regions_.find(name);
  if (found == regions_.end()) {
    return NotFound("shared-memory region {:?} is not registered", name.substr(0, kShownLength));
  }
  const std::uint64_t length = found->second->place().byte_size;
  if (offset > length || byte_size > length - offset) {
    return InvalidArgument(
        "shared_memory_offset {} and shared_memory_byte_size {} reach beyond the {} bytes of "
        "region "
        "{:?}",
        offset, byte_size, length, name.substr(0, kShownLength));
  }
  return SharedMemoryRange{.region = found->second, .offset = offset, .byte_size = byte_size};
}

}  // namespace slipway::api
