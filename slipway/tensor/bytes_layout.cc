// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/bytes_layout.h"

#include <cstring>
#include <limits>
#include <optional>

namespace slipway {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);

/// Takes the next element off the front of `rest`; nothing if it does not fit.
std::optional<std::string_view> TakeElement(ByteView& rest) {
  if (rest.size() < kLengthBytes) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, rest.data(), kLengthBytes);
  if (length > rest.size() - kLengthBytes) return std::nullopt;
  const std::string_view element = AsText(rest.subspan(kLengthBytes, length));
  rest = rest.subspan(kLengthBytes + length);
  return element;
}

template <typename Visit>
Status ForEachElement(ByteView bytes, std::int64_t count, Visit visit) {
  ByteView rest = bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::optional<std::string_view> element = TakeElement(rest);
    if (!element) {
      return InvalidArgument(
          "BYTES element {} of {} at byte {} runs past the end: the tensor has {} bytes", i, count,
          bytes.size() - rest.size(), bytes.size());
    }
    visit(*element);
  }
  if (rest.empty()) return {};
  return InvalidArgument("{} BYTES elements end at byte {}, but the tensor has {} bytes", count,
                         bytes.size() - rest.size(), bytes.size());
}

}  // namespace

Status CheckBytesLayout(ByteView bytes, std::int64_t count) {
  return ForEachElement(bytes, count, [](std::string_view) {});
}

Status AppendBytesElement(std::string& out, std::string_view element) {
  if (element.size() > std::numeric_limits<std::uint32_t>::max()) {
    return InvalidArgument("a BYTES element has {} bytes: less than 4 GiB are allowed",
                           element.size());
  }
  const auto length = static_cast<std::uint32_t>(element.size());
  out.append(reinterpret_cast<const char*>(&length), kLengthBytes);
  out.append(element);
  return {};
}

Result<std::vector<std::string_view>> SplitBytesElements(ByteView bytes, std::int64_t count) {
  std::vector<std::string_view> elements;
  // Each element takes at least its length field, which bounds what a lying count can reserve.
  elements.reserve(std::min(static_cast<std::size_t>(count), bytes.size() / kLengthBytes));
  SLIPWAY_TRY(ForEachElement(
      bytes, count, [&elements](std::string_view element) { elements.push_back(element); }));
  return elements;
}

}  // namespace slipway
