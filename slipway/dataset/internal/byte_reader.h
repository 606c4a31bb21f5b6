// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <memory>

namespace slipway::dataset {

/// Bytes that are read from front to back, once.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Fills `out`. kInvalidArgument if fewer bytes are left or they are damaged.
  virtual Status Read(MutableByteView out) = 0;
  /// kInvalidArgument if anything is left, or if what was read is damaged.
  virtual Status ExpectEnd() = 0;
  /// No more than this many bytes can be left; found without reading them.
  virtual std::uint64_t most_bytes_left() const = 0;
};

/// Whether `bytes` begin as a gzip file does.
bool IsGzip(ByteView bytes);

/// A reader of what `bytes` are, decompressed if they are gzip. `bytes` must outlive it.
std::unique_ptr<ByteReader> NewByteReader(ByteView bytes);

}  // namespace slipway::dataset
