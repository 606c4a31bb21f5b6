// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/http_refusal.h"
#include "slipway/api/internal/http_session.h"
#include "slipway/api/internal/http_transport.h"

#include <boost/beast/http/basic_parser.hpp>

#include <optional>
#include <string_view>

namespace slipway::api {

/// Reads one HTTP/1 request within the transport's limits.
///
/// Not thread-safe. One parser, one request; `Put` no more once it is done or has failed.
class Http1Parser final : private boost::beast::http::basic_parser<true> {
 public:
  /// kStart ─▶ kHeader ─▶ kBody ─▶ kDone; from each of the first three also ─▶ kFailed.
  enum class Progress : std::uint8_t { kStart, kHeader, kBody, kDone, kFailed };

  /// `options` outlives the parser.
  explicit Http1Parser(const TransportOptions& options);

  /// Reads from the front of `bytes` and returns how many were used. The rest comes again, with
  /// more bytes behind it, if the request is not done.
  std::size_t Put(std::string_view bytes);
  Progress progress() const { return progress_; }

  /// Bytes of the body that are still to come and that `PutFrom` reads.
  std::uint64_t direct_bytes() const;
  /// Reads a piece of the body from `source` straight to its place; returns what `source` did.
  std::ptrdiff_t PutFrom(ByteSource& source);

  /// Whether the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return expects_continue_; }
  /// Whether the client wants the connection kept. Asked when done.
  bool wants_keep_alive() const { return keep_alive(); }
  /// What failed. Asked when failed.
  const Refusal& refusal() const { return refusal_; }
  /// What has been read; when done, a whole request.
  HttpRequest& request() { return request_; }

 private:
  using ErrorCode = boost::beast::error_code;
  using StringView = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, StringView method, StringView target,
                       int version, ErrorCode& error) override;
  void on_response_impl(int, StringView, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field field, StringView name, StringView value,
                     ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode& error) override;
  std::size_t on_body_impl(StringView bytes, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, StringView bytes, ErrorCode& error) override;
  void on_finish_impl(ErrorCode&) override { progress_ = Progress::kDone; }

  void Note(boost::beast::http::field field, std::string_view value, ErrorCode& error);
  void Refuse(int status, std::string message, ErrorCode& error);
  void Fail(ErrorCode error, std::size_t unread);

  const TransportOptions& options_;
  HttpRequest request_;
  Refusal refusal_;
  Progress progress_ = Progress::kStart;
  bool header_done_ = false;
  bool expects_continue_ = false;
  bool has_host_ = false;
  bool in_place_ = false;  // The bytes of the body are already where they belong.
};

}  // namespace slipway::api
