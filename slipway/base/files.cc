// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace slipway {
namespace {

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return ErrorCode::kResourceExhausted;
    default:
      return ErrorCode::kInternal;
  }
}

Error SystemError(std::string_view action, const std::filesystem::path& path, int error) {
  return MakeError(CodeOf(error), "cannot {} {}: {}", action, path.string(), std::strerror(error));
}

Result<std::uint64_t> RegularFileSize(const FileDescriptor& file,
                                      const std::filesystem::path& path) {
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return SystemError("inspect", path, errno);
  if (!S_ISREG(status.st_mode)) return InvalidArgument("{} is not a regular file", path.string());
  return static_cast<std::uint64_t>(status.st_size);
}

Status CheckSize(std::uint64_t size, std::uint64_t max_bytes, const std::filesystem::path& path) {
  if (size <= max_bytes) return {};
  return MakeError(ErrorCode::kResourceExhausted, "{} has {} bytes: at most {} are allowed",
                   path.string(), size, max_bytes);
}

Status WriteAll(const FileDescriptor& file, ByteView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return SystemError("sync", path, errno);
  return {};
}

Status SyncFolder(const std::filesystem::path& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0) return SystemError("open", folder, errno);
  if (::fsync(descriptor.number()) != 0) return SystemError("sync", folder, errno);
  return {};
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<MappedFile> MappedFile::Map(const FileDescriptor& file, const std::filesystem::path& path,
                                   std::uint64_t max_bytes) {
  SLIPWAY_TRY_ASSIGN(const std::uint64_t size, RegularFileSize(file, path));
  SLIPWAY_TRY(CheckSize(size, max_bytes, path));
  if (size == 0) return MappedFile(nullptr, 0);
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (data == MAP_FAILED) return SystemError("map", path, errno);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<Folder> Folder::Open(const std::filesystem::path& path) {
  FileDescriptor descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0) return SystemError("open folder", path, errno);
  return Folder(path, std::move(descriptor));
}

Result<FileDescriptor> Folder::OpenFile(const std::filesystem::path& relative) const {
  struct open_how how = {};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long number =
      ::syscall(SYS_openat2, descriptor_.number(), relative.c_str(), &how, sizeof(how));
  if (number < 0 && (errno == EXDEV || errno == ELOOP)) {
    return InvalidArgument(
        "{:?} leads out of {} or through a symbolic link: only files inside that "
        "folder may be named",
        relative.string(), path_.string());
  }
  if (number < 0) return SystemError("open", path_ / relative, errno);
  FileDescriptor file(static_cast<int>(number));
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return SystemError("inspect", path_ / relative, errno);
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
    return InvalidArgument("{} is not a regular file with a single name (it has {} hard links)",
                           (path_ / relative).string(), status.st_nlink);
  }
  return file;
}

Result<std::string> ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return SystemError("open", path, errno);
  SLIPWAY_TRY_ASSIGN(const std::uint64_t size, RegularFileSize(file, path));
  SLIPWAY_TRY(CheckSize(size, max_bytes, path));
  std::string text(size, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path, errno);
    if (got == 0) break;  // The file was cut while we read it.
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

Status WriteFileAtomically(const std::filesystem::path& path, ByteView bytes) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::string temporary = (folder / fmt::format(".{}.XXXXXX", path.filename().string())).string();
  const FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.number() < 0) return SystemError("write", path, errno);
  Status written = WriteAll(file, bytes, path);
  if (written && ::fchmod(file.number(), 0644) != 0) written = SystemError("write", path, errno);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = SystemError("write", path, errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return SyncFolder(folder);
}

}  // namespace slipway
