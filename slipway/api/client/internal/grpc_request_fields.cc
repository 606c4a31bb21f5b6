// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_request_fields.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace slipway::api::client {
namespace {

// Entries of the static table, RFC 7541, appendix A.
constexpr std::uint8_t kAuthority = 1;
constexpr std::uint8_t kMethodPost = 3;
constexpr std::uint8_t kPath = 4;
constexpr std::uint8_t kSchemeHttp = 6;
constexpr std::uint8_t kContentType = 31;
constexpr std::uint8_t kUserAgent = 58;
constexpr std::uint8_t kFirstDynamic = 62;

// What the representations of section 6 begin with, and how many bits that leaves to an integer.
struct Representation {
  std::uint8_t pattern;
  unsigned bits;
};
constexpr Representation kIndexed = {0x80, 7};
constexpr Representation kLiteralIndexing = {0x40, 6};
constexpr Representation kLiteralNotIndexed = {0x00, 4};
constexpr Representation kTableSize = {0x20, 5};
constexpr Representation kPlainString = {0x00, 7};

struct Field {
  std::uint8_t name_index;  // 0: the name is spelled out.
  std::string_view name;
  std::string_view value;
};

// Section 5.1.
void AppendInteger(std::string& block, Representation form, std::size_t value) {
  const std::size_t limit = (std::size_t{1} << form.bits) - 1;
  if (value < limit) {
    block += static_cast<char>(form.pattern | value);
    return;
  }
  block += static_cast<char>(form.pattern | limit);
  for (value -= limit; value >= 128; value >>= 7U) {
    block += static_cast<char>(128 | (value & 127));
  }
  block += static_cast<char>(value);
}

void AppendString(std::string& block, std::string_view text) {
  AppendInteger(block, kPlainString, text.size());
  block += text;
}

void AppendField(std::string& block, Representation form, const Field& field) {
  AppendInteger(block, form, field.name_index);
  if (field.name_index == 0) AppendString(block, field.name);
  AppendString(block, field.value);
}

}  // namespace

GrpcRequestFields EncodeGrpcRequestFields(std::string_view authority, std::string_view method,
                                          std::uint32_t table_bytes) {
  const auto fields = std::to_array<Field>({
      {kPath, ":path", method},
      {kAuthority, ":authority", authority},
      {0, "te", "trailers"},
      {kContentType, "content-type", "application/grpc"},
      {kUserAgent, "user-agent", "slipway"},
  });
  constexpr std::size_t kEntryOverhead = 32;  // Section 4.1.
  std::size_t wanted_bytes = 0;
  for (const Field& field : fields) {
    wanted_bytes += field.name.size() + field.value.size() + kEntryOverhead;
  }
  const bool uses_table = wanted_bytes <= table_bytes && wanted_bytes <= kHpackDefaultTableBytes;

  std::string fixed;
  AppendInteger(fixed, kIndexed, kMethodPost);
  AppendInteger(fixed, kIndexed, kSchemeHttp);
  GrpcRequestFields blocks;
  AppendInteger(blocks.first, kTableSize, std::min(table_bytes, kHpackDefaultTableBytes));
  blocks.first += fixed;
  blocks.repeated = fixed;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    AppendField(blocks.first, uses_table ? kLiteralIndexing : kLiteralNotIndexed, fields[i]);
    if (uses_table) {
      // The newest entry has the lowest index.
      AppendInteger(blocks.repeated, kIndexed, kFirstDynamic + fields.size() - 1 - i);
    } else {
      AppendField(blocks.repeated, kLiteralNotIndexed, fields[i]);
    }
  }
  return blocks;
}

}  // namespace slipway::api::client
