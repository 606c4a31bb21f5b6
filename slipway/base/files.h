// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace slipway {

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  /// The descriptor's number, -1 if there is none.
  int number() const { return number_; }

 private:
  int number_ = -1;
};

/// A whole file mapped into memory, read-only. An empty file gives an empty view.
class MappedFile {
 public:
  /// Maps the regular file behind `file`; `path` is for messages. kResourceExhausted if it has more
  /// than `max_bytes`.
  static Result<MappedFile> Map(const FileDescriptor& file, const std::filesystem::path& path,
                                std::uint64_t max_bytes);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  /// The file's bytes; valid while this object lives.
  ByteView bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A folder out of which no name can lead: the one way by which model files are opened.
class Folder {
 public:
  /// Opens the folder at `path`, which the operator chose and may lead through symbolic links.
  static Result<Folder> Open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  /// Opens the regular file `relative` for reading. kInvalidArgument if the name is absolute,
  /// leaves the folder, passes a symbolic link or is a hard link to another file; kNotFound if
  /// there is none. The checks and the opening are one step (openat2), so nothing can change
  /// between them.
  Result<FileDescriptor> OpenFile(const std::filesystem::path& relative) const;

 private:
  Folder(std::filesystem::path path, FileDescriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  std::filesystem::path path_;
  FileDescriptor descriptor_;
};

/// Reads the whole regular file at `path`. kNotFound if there is none, kResourceExhausted if it has
/// more than `max_bytes`.
Result<std::string> ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Makes `path` hold `bytes`, all or nothing, durably: a temporary file beside it, fsync, rename,
/// fsync of the folder. On error nothing new is left behind and an older file stays as it was.
Status WriteFileAtomically(const std::filesystem::path& path, ByteView bytes);

}  // namespace slipway
