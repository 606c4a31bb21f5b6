// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::api {

/// Header fields in the order in which they came, names in lower case. All text lies in one buffer,
/// so that a message costs two allocations and a reused one none.
class Headers {
 public:
  /// Adds a field. Line breaks and NUL in `value` become spaces, so that no value can forge a
  /// field.
  void Add(std::string_view name, std::string_view value);
  /// The value of the first field called `name` (lower case), if there is one.
  std::optional<std::string_view> Find(std::string_view name) const;
  std::size_t size() const { return fields_.size(); }
  /// Name and value of field `index`.
  std::pair<std::string_view, std::string_view> operator[](std::size_t index) const;
  /// Bytes of all names and values.
  std::size_t text_bytes() const { return text_.size(); }
  void Clear();

 private:
  struct Field {
    std::uint32_t begin;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };
  std::string text_;
  std::vector<Field> fields_;
};

/// Which protocol a request came by.
enum class HttpVersion : std::uint8_t { kHttp10, kHttp11, kHttp2 };

/// A whole request, its body read and within the limits.
struct HttpRequest {
  HttpVersion version = HttpVersion::kHttp11;
  std::string method;
  std::string target;  ///< Path and query, as sent.
  Headers headers;
  std::string body;
  std::stop_token gone = {};  ///< Stopped once the client no longer waits for the response.
};

/// Bytes that a response sends from where they are.
struct SharedBytes {
  ByteView bytes;
  std::shared_ptr<const void> owner;  ///< Shared with the other responses of a batch.
};

/// A piece of a body: text of its own, or bytes of someone else.
using BodyPart = std::variant<std::string, SharedBytes>;

std::size_t BodyPartSize(const BodyPart& part);

/// A whole response. The transport adds content-length, date and what its protocol asks for.
struct HttpResponse {
  int status = 200;
  Headers headers;
  std::vector<BodyPart> body;  ///< Sent one after the other, without being joined.
  Headers trailers;            ///< Sent after the body, over HTTP/2 only; for gRPC.
  bool has_trailers = false;   ///< Whether `trailers` are sent.

  std::size_t body_size() const;
};

}  // namespace slipway::api
