// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/external_data.h"

#include <charconv>

namespace slipway::graph {
namespace {

Result<std::uint64_t> ParseByteCount(std::string_view key, std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 0) {
    return InvalidArgument("external data {} {:?} is not a number of bytes", key, value);
  }
  return static_cast<std::uint64_t>(number);
}

}  // namespace

Status ExternalReference::Add(std::string_view key, std::string_view value) {
  if (key == "location") {
    // The system would open the name before a NUL, and someone else look at all of it.
    if (value.contains('\0')) return InvalidArgument("an external data location has a NUL");
    location = value;
  } else if (key == "offset") {
    SLIPWAY_TRY_ASSIGN(offset, ParseByteCount(key, value));
  } else if (key == "length") {
    SLIPWAY_TRY_ASSIGN(length, ParseByteCount(key, value));
  } else if (key != "checksum") {
    return InvalidArgument(
        "external data has the key {:?}: location, offset, length and checksum are known", key);
  }
  return {};
}

Result<ByteView> ResolveExternal(const ExternalReference& reference, const ExternalFiles& files,
                                 std::uint64_t needed) {
  const auto found = files.find(reference.location);
  if (found == files.end()) {
    return InvalidArgument("external data is in {:?}, which is not at hand", reference.location);
  }
  const ByteView bytes = found->second.bytes();
  const std::uint64_t length = reference.length.value_or(needed);
  if (length > bytes.size() || reference.offset > bytes.size() - length) {
    return InvalidArgument(
        "external data at offset {} with length {} runs past the {} bytes of {:?}",
        reference.offset, length, bytes.size(), reference.location);
  }
  return bytes.subspan(reference.offset, length);
}

}  // namespace slipway::graph
