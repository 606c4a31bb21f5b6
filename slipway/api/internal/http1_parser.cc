// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_parser.h"

#include "slipway/base/format.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>

namespace slipway::api {
namespace {

namespace http = boost::beast::http;

// Room that a body gets on the word of its content-length alone; beyond it, room follows the bytes.
constexpr std::uint64_t kTrustedBodyBytes = std::uint64_t{4} << 20U;
constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20U;
// Below this much a read to the right place saves nothing over a copy.
constexpr std::uint64_t kDirectAbove = 4096;

std::string_view ToStd(boost::beast::string_view text) { return {text.data(), text.size()}; }

char ToLower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

Http1Parser::Http1Parser(const TransportOptions& options) : options_(options) {
  eager(true);
  body_limit(options.max_body_bytes);
  header_limit(static_cast<std::uint32_t>(
      std::max(options.max_header_bytes, options.max_target_bytes + 64)));
}

std::size_t Http1Parser::Put(std::string_view bytes) {
  std::size_t skipped = 0;
  if (progress_ == Progress::kStart) {
    // Empty lines before a request are allowed (RFC 9112, 2.2); some clients end a body with one.
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    bytes.remove_prefix(skipped);
    if (bytes.empty() || bytes == "\r") return skipped;
    progress_ = Progress::kHeader;
  }
  ErrorCode error;
  const std::size_t used = put({bytes.data(), bytes.size()}, error);
  if (error && error != http::error::need_more) {
    Fail(error, bytes.size() - used);
  } else if (error && bytes.size() - used > options_.max_header_bytes + options_.max_target_bytes) {
    // A chunk's extensions or trailers that don't end.
    Refuse(431,
           fmt::format("a chunk's header is over the limit of {} bytes", options_.max_header_bytes),
           error);
  }
  return skipped + used;
}

std::uint64_t Http1Parser::direct_bytes() const {
  if (progress_ != Progress::kBody) return 0;
  const std::uint64_t remaining = content_length_remaining().value_or(0);
  return remaining < kDirectAbove ? 0 : remaining;
}

std::ptrdiff_t Http1Parser::PutFrom(ByteSource& source) {
  std::string& body = request_.body;
  const std::size_t old_size = body.size();
  const std::size_t room =
      old_size + static_cast<std::size_t>(std::min(direct_bytes(), kReadBytes));
  std::ptrdiff_t got = 0;
  body.resize_and_overwrite(room, [&](char* data, std::size_t size) {
    const std::span<char> free(data + old_size, size - old_size);
    got = source.Read(std::as_writable_bytes(free));
    return old_size + static_cast<std::size_t>(std::max<std::ptrdiff_t>(got, 0));
  });
  if (got <= 0) return got;
  in_place_ = true;
  Put(std::string_view(body).substr(old_size));
  in_place_ = false;
  return got;
}

void Http1Parser::on_request_impl(http::verb, StringView method, StringView target, int version,
                                  ErrorCode& error) {
  if (target.size() > options_.max_target_bytes) {
    return Refuse(414,
                  fmt::format("the target has {} bytes; the limit is {}", target.size(),
                              options_.max_target_bytes),
                  error);
  }
  request_.version = version == 10 ? HttpVersion::kHttp10 : HttpVersion::kHttp11;
  request_.method = ToStd(method);
  request_.target = ToStd(target);
}

void Http1Parser::on_field_impl(http::field field, StringView name, StringView value,
                                ErrorCode& error) {
  // Trailers say nothing that a handler needs, and must not pass for fields.
  if (header_done_) return;
  if (request_.headers.text_bytes() + name.size() + value.size() > options_.max_header_bytes) {
    return Refuse(
        431,
        fmt::format("the header fields are over the limit of {} bytes", options_.max_header_bytes),
        error);
  }
  if (request_.headers.size() == options_.max_header_count) {
    return Refuse(
        431, fmt::format("there are more than {} header fields", options_.max_header_count), error);
  }
  std::array<char, 256> lower;
  if (name.size() > lower.size()) {
    return Refuse(431, "the name of a header field is over the limit of 256 bytes", error);
  }
  std::ranges::transform(name, lower.begin(), ToLower);
  request_.headers.Add({lower.data(), name.size()}, ToStd(value));
  Note(field, ToStd(value), error);
}

// Takes from a field what the transport itself acts on.
void Http1Parser::Note(http::field field, std::string_view value, ErrorCode& error) {
  if (field == http::field::transfer_encoding) {
    // Beast treats a coding that it does not know as no body at all: a door to request smuggling.
    if (!boost::beast::iequals(StringView(value.data(), value.size()), "chunked")) {
      return Refuse(501,
                    fmt::format("transfer-encoding \"{}\" is not supported; send chunked",
                                value.substr(0, 64)),
                    error);
    }
    if (request_.version == HttpVersion::kHttp10) {
      return Refuse(400, "transfer-encoding is not part of HTTP/1.0", error);
    }
  } else if (field == http::field::expect) {
    expects_continue_ =
        request_.version == HttpVersion::kHttp11 &&
        boost::beast::iequals(StringView(value.data(), value.size()), "100-continue");
  } else if (field == http::field::host) {
    if (std::exchange(has_host_, true)) Refuse(400, "there is more than one host field", error);
  }
}

void Http1Parser::on_header_impl(ErrorCode& error) {
  header_done_ = true;
  progress_ = Progress::kBody;
  if (!has_host_ && request_.version == HttpVersion::kHttp11) {
    Refuse(400, "the host field is missing; HTTP/1.1 requires it", error);
  }
}

void Http1Parser::on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode&) {
  if (size) request_.body.reserve(static_cast<std::size_t>(std::min(*size, kTrustedBodyBytes)));
}

std::size_t Http1Parser::on_body_impl(StringView bytes, ErrorCode&) {
  if (!in_place_) request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t Http1Parser::on_chunk_body_impl(std::uint64_t, StringView bytes, ErrorCode&) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

void Http1Parser::Refuse(int status, std::string message, ErrorCode& error) {
  refusal_ = {.status = status, .message = std::move(message)};
  progress_ = Progress::kFailed;
  error = http::error::bad_value;
}

void Http1Parser::Fail(ErrorCode error, std::size_t unread) {
  if (progress_ == Progress::kFailed) return;
  ErrorCode ignored;
  if (error == http::error::body_limit) {
    Refuse(413, fmt::format("the body is over the limit of {} bytes", options_.max_body_bytes),
           ignored);
  } else if (error == http::error::header_limit && request_.method.empty() &&
             unread > options_.max_target_bytes) {
    Refuse(414, fmt::format("the target is over the limit of {} bytes", options_.max_target_bytes),
           ignored);
  } else if (error == http::error::header_limit) {
    Refuse(431, fmt::format("the header is over the limit of {} bytes", options_.max_header_bytes),
           ignored);
  } else if (error == http::error::bad_version) {
    Refuse(505, "the version is neither HTTP/1.1, HTTP/1.0 nor HTTP/2 with prior knowledge",
           ignored);
  } else {
    Refuse(400, fmt::format("the request is not HTTP: {}", error.message()), ignored);
  }
}

}  // namespace slipway::api
