// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/internal/byte_reader.h"

#include "slipway/base/check.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace slipway::dataset {
namespace {

class PlainReader final : public ByteReader {
 public:
  explicit PlainReader(ByteView bytes) : rest_(bytes) {}

  Status Read(MutableByteView out) override {
    if (out.size() > rest_.size()) {
      return InvalidArgument("cut short: {} more bytes are needed, {} are left", out.size(),
                             rest_.size());
    }
    if (!out.empty()) std::memcpy(out.data(), rest_.data(), out.size());
    rest_ = rest_.subspan(out.size());
    return {};
  }

  Status ExpectEnd() override {
    if (rest_.empty()) return {};
    return InvalidArgument("{} bytes follow the last element", rest_.size());
  }

  std::uint64_t most_bytes_left() const override { return rest_.size(); }

 private:
  ByteView rest_;
};

/// Reads one gzip member, which has to be all there is.
class GzipReader final : public ByteReader {
 public:
  explicit GzipReader(ByteView bytes) : rest_(bytes) {
    constexpr int kLargestWindowWithGzipHeader = 15 + 16;
    SLIPWAY_CHECK(inflateInit2(&stream_, kLargestWindowWithGzipHeader) == Z_OK);
  }
  ~GzipReader() override { inflateEnd(&stream_); }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  Status Read(MutableByteView out) override {
    while (!out.empty()) {
      SLIPWAY_TRY_ASSIGN(const std::size_t filled, InflateSome(out));
      out = out.subspan(filled);
      if (ended_ && !out.empty()) {
        return InvalidArgument("cut short: the decompressed data lack {} bytes", out.size());
      }
    }
    return {};
  }

  Status ExpectEnd() override {
    std::byte extra = {};
    while (!ended_) {
      // Only here does zlib reach the checksum at the end of the member.
      SLIPWAY_TRY_ASSIGN(const std::size_t filled, InflateSome({&extra, 1}));
      if (filled != 0) return InvalidArgument("more data follow the last element");
    }
    if (rest_.empty()) return {};
    return InvalidArgument("{} bytes follow the end of the gzip data", rest_.size());
  }

  std::uint64_t most_bytes_left() const override {
    // Deflate spends at least two bits on its longest match of 258 bytes: a ratio of 1032.
    constexpr std::uint64_t kLargestRatio = 1032;
    constexpr std::uint64_t kMostBuffered = 64 * 1024;
    return rest_.size() * kLargestRatio + kMostBuffered;
  }

 private:
  /// Decompresses into the front of `out` and returns how far it got.
  Result<std::size_t> InflateSome(MutableByteView out) {
    constexpr std::size_t kMostPerCall = std::numeric_limits<uInt>::max();
    const std::size_t given = std::min(rest_.size(), kMostPerCall);
    const std::size_t room = std::min(out.size(), kMostPerCall);
    // zlib only reads from here; its interface is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(rest_.data()));
    stream_.avail_in = static_cast<uInt>(given);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    rest_ = rest_.subspan(given - stream_.avail_in);
    ended_ = code == Z_STREAM_END;
    if (code == Z_BUF_ERROR) return InvalidArgument("the gzip data are cut short");
    if (code != Z_OK && code != Z_STREAM_END) {
      return InvalidArgument("the gzip data are damaged: {}",
                             stream_.msg != nullptr ? stream_.msg : zError(code));
    }
    return room - stream_.avail_out;
  }

  ByteView rest_;
  z_stream stream_ = {};
  bool ended_ = false;
};

}  // namespace

bool IsGzip(ByteView bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::unique_ptr<ByteReader> NewByteReader(ByteView bytes) {
  if (IsGzip(bytes)) return std::make_unique<GzipReader>(bytes);
  return std::make_unique<PlainReader>(bytes);
}

}  // namespace slipway::dataset
