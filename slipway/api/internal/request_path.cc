// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/request_path.h"

#include <charconv>

namespace slipway::api {

std::string_view PathOf(std::string_view target) {
  if (const std::size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != target.npos) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == target.npos ? "/" : target.substr(path);
  }
  return target.substr(0, target.find('?'));
}

Status RequestPath::Parse(std::string_view target) {
  std::string_view path = PathOf(target);
  if (!path.starts_with('/')) return NotFound("there is nothing at {:?}", path);
  // Views into the buffer stay right only if it never grows.
  decoded_.reserve(path.contains('%') ? path.size() : 0);
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (count_ == kMaxSegments) return NotFound("there is nothing at a path of that many segments");
    SLIPWAY_TRY_ASSIGN(segments_[count_], Decode(segment));
    ++count_;
  }
  return {};
}

Result<std::string_view> RequestPath::Decode(std::string_view segment) {
  if (!segment.contains('%')) return segment;
  const std::size_t begin = decoded_.size();
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      decoded_ += segment[i];
      continue;
    }
    const std::string_view digits = segment.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || end != digits.data() + 2) {
      return InvalidArgument("the path holds a '%' without two hexadecimal digits");
    }
    decoded_ += static_cast<char>(byte);
    i += 2;
  }
  return std::string_view(decoded_).substr(begin);
}

}  // namespace slipway::api
