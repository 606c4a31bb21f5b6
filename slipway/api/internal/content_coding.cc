// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/content_coding.h"

#include "slipway/api/internal/shown_length.h"
#include "slipway/base/check.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace slipway::api {
namespace {
constexpr int kWindowBits = 15;
/// Added to the window bits, it asks zlib for gzip's header and trailer.
constexpr int kGzipFormat = 16;
/// The fastest one: on tensors the slow ones gain little.
constexpr int kLevel = 1;
constexpr int kMemoryLevel = 8;
/// zlib counts in 32 bits.
constexpr std::size_t kMaxStep = std::numeric_limits<uInt>::max();

Bytef* BytesOf(const char* text) {
  // zlib's interface is older than const; it does not write its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<ContentCoding> CodingNamed(std::string_view name) {
  if (EqualsIgnoringCase(name, "gzip") || EqualsIgnoringCase(name, "x-gzip")) {
    return ContentCoding::kGzip;
  }
  if (EqualsIgnoringCase(name, "deflate")) return ContentCoding::kDeflate;
  if (name.empty() || EqualsIgnoringCase(name, "identity")) return ContentCoding::kIdentity;
  return std::nullopt;
}

/// The weight that stands behind a coding's name, ";q=0.5"; 1 without, 0 if it is no number.
double WeightOf(std::string_view parameters) {
  const std::size_t equals = parameters.find("q=");
  if (equals == parameters.npos) return 1;
  const std::string_view text = Trim(parameters.substr(equals + 2));
  double weight = 0;
  std::from_chars(text.data(), text.data() + text.size(), weight);
  return weight;
}

/// Whether `body` starts as zlib's format does (RFC 1950), not with bare compressed data.
bool HasZlibHeader(std::string_view body) {
  if (body.size() < 2) return true;
  const auto method = static_cast<unsigned char>(body[0]);
  const auto flags = static_cast<unsigned char>(body[1]);
  return (method & 0x0fU) == Z_DEFLATED && (method * 256U + flags) % 31U == 0;
}

int FormatOf(std::string_view body, ContentCoding coding) {
  if (coding == ContentCoding::kGzip) return kWindowBits + kGzipFormat;
  return HasZlibHeader(body) ? kWindowBits : -kWindowBits;
}

/// Decompresses one body, step by step, into a string that grows as it must.
class Inflater {
 public:
  Inflater(std::string_view body, std::uint64_t max_bytes) : body_(body), max_bytes_(max_bytes) {}
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> Run(ContentCoding coding) {
    SLIPWAY_CHECK(inflateInit2(&stream_, FormatOf(body_, coding)) == Z_OK);
    while (true) {
      SLIPWAY_TRY_ASSIGN(const bool ended, Step());
      if (!ended) continue;
      if (stream_.avail_in == 0 && body_.empty()) break;
      // gzip files may be joined, one behind the other.
      if (coding != ContentCoding::kGzip) return Damaged("there is more behind its end");
      SLIPWAY_CHECK(inflateReset(&stream_) == Z_OK);
    }
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  static Error Damaged(std::string_view why) {
    return InvalidArgument("the compressed body is damaged: {}", why);
  }

  /// Makes room for more bytes than there are, one more than allowed at most.
  void Grow() {
    constexpr std::size_t kFirst = 1024;
    const std::uint64_t wanted = std::max<std::uint64_t>(
        {kFirst, 2 * std::uint64_t{size_}, 4 * std::uint64_t{body_.size()}});
    const std::uint64_t limit =
        max_bytes_ < std::numeric_limits<std::uint64_t>::max() ? max_bytes_ + 1 : max_bytes_;
    text_.resize_and_overwrite(
        static_cast<std::size_t>(std::max<std::uint64_t>(std::min(wanted, limit), size_ + 1)),
        [](char*, std::size_t size) { return size; });
  }

  /// Decompresses what fits; whether the data has ended.
  Result<bool> Step() {
    if (stream_.avail_in == 0) {
      const std::size_t step = std::min(body_.size(), kMaxStep);
      stream_.next_in = BytesOf(body_.data());
      stream_.avail_in = static_cast<uInt>(step);
      body_.remove_prefix(step);
    }
    if (size_ == text_.size()) Grow();
    const std::size_t room = std::min(text_.size() - size_, kMaxStep);
    stream_.next_out = reinterpret_cast<Bytef*>(text_.data() + size_);
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t written = room - stream_.avail_out;
    size_ += written;
    if (size_ > max_bytes_) {
      return MakeError(ErrorCode::kResourceExhausted,
                       "the compressed body becomes longer than {} bytes", max_bytes_);
    }
    if (code == Z_STREAM_END) return true;
    if (code == Z_BUF_ERROR) return Damaged("it is cut short");
    if (code != Z_OK) return Damaged(stream_.msg == nullptr ? "no such format" : stream_.msg);
    return false;
  }

  std::string_view body_;  ///< What zlib has not been given yet.
  const std::uint64_t max_bytes_;
  z_stream stream_ = {};
  std::string text_;
  std::size_t size_ = 0;  ///< Bytes of `text_` that are filled.
};

/// Gives `bytes` to zlib and appends what it says to `out`.
void Deflate(z_stream& stream, std::string_view bytes, int flush, std::string& out) {
  do {
    const std::size_t step = std::min(bytes.size(), kMaxStep);
    stream.next_in = BytesOf(bytes.data());
    stream.avail_in = static_cast<uInt>(step);
    bytes.remove_prefix(step);
    const int mode = bytes.empty() ? flush : Z_NO_FLUSH;
    do {
      constexpr std::size_t kChunk = 16U << 10U;
      const std::size_t size = out.size();
      out.resize_and_overwrite(size + kChunk, [](char*, std::size_t all) { return all; });
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream.avail_out = kChunk;
      SLIPWAY_CHECK(deflate(&stream, mode) != Z_STREAM_ERROR);
      out.resize(size + kChunk - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (!bytes.empty());
}

std::string_view TextOf(const BodyPart& part) {
  if (const auto* text = std::get_if<std::string>(&part)) return *text;
  return AsText(std::get<SharedBytes>(part).bytes);
}

}  // namespace

std::string_view ContentCodingName(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kGzip:
      return "gzip";
    case ContentCoding::kDeflate:
      return "deflate";
    case ContentCoding::kIdentity:
      return "identity";
  }
  return "identity";
}

Result<ContentCoding> ParseContentCoding(std::string_view value) {
  if (const std::optional<ContentCoding> coding = CodingNamed(Trim(value))) return *coding;
  return MakeError(ErrorCode::kUnimplemented,
                   "the body's content-encoding {:?} is not supported, but {}",
                   value.substr(0, kShownLength), kAcceptedCodings);
}

ContentCoding ChooseContentCoding(std::string_view accept_encoding) {
  ContentCoding best = ContentCoding::kIdentity;
  double best_weight = 0;
  while (!accept_encoding.empty()) {
    const std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(item.size() + 1, accept_encoding.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::optional<ContentCoding> coding = CodingNamed(Trim(item.substr(0, semicolon)));
    if (!coding || *coding == ContentCoding::kIdentity) continue;
    const double weight = WeightOf(item.substr(semicolon));
    const bool is_better = weight > best_weight ||
                           (weight == best_weight && weight > 0 && *coding == ContentCoding::kGzip);
    if (!is_better) continue;
    best = *coding;
    best_weight = weight;
  }
  return best;
}

Result<std::string> Decompress(std::string_view body, ContentCoding coding,
                               std::uint64_t max_bytes) {
  if (coding == ContentCoding::kIdentity) return std::string(body);
  return Inflater(body, max_bytes).Run(coding);
}

std::string Compress(std::span<const BodyPart> parts, ContentCoding coding) {
  z_stream stream = {};
  const int format = coding == ContentCoding::kGzip ? kWindowBits + kGzipFormat : kWindowBits;
  SLIPWAY_CHECK(
      deflateInit2(&stream, kLevel, Z_DEFLATED, format, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out;
  for (const BodyPart& part : parts) Deflate(stream, TextOf(part), Z_NO_FLUSH, out);
  Deflate(stream, {}, Z_FINISH, out);
  deflateEnd(&stream);
  return out;
}

}  // namespace slipway::api
