// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slipway::api {

/// How a protobuf field lies on the wire.
enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,  ///< A length and that many bytes: strings, messages, packed lists.
  kGroupBegin = 3,
  kGroupEnd = 4,
  kFixed32 = 5,
};

/// Walks over the fields of one protobuf message without copying or building anything.
///
/// It takes exactly what the protobuf library takes: fields in any order, unknown ones skipped,
/// groups no deeper than `kMaxGroups`. After a fault `Next` returns false and `ok()` says so. Not
/// thread-safe.
class WireReader {
 public:
  static constexpr int kMaxGroups = 100;

  /// Reads `message`, whose bytes outlive the reader and what it hands out.
  explicit WireReader(std::string_view message) : rest_(message) {}

  /// Goes to the next field; false at the end and after a fault. The value of the field before must
  /// have been read or skipped.
  bool Next();
  std::uint32_t field() const { return tag_ >> 3U; }
  WireType type() const { return static_cast<WireType>(tag_ & 7U); }
  /// Whether the current field is number `number`, of type `wire_type`.
  bool Is(std::uint32_t number, WireType wire_type) const {
    return field() == number && type() == wire_type;
  }
  bool ok() const { return ok_; }

  /// The value of a kLength field.
  std::string_view ReadBytes();
  /// As above, for a field of type `string`, which must be UTF-8.
  std::string_view ReadText();
  /// The value of a kVarint field.
  std::uint64_t ReadVarint();
  /// Appends the value, or the packed values, of an int64 list to `values`, of which no more than
  /// `max_values` are kept.
  void ReadIntegers(std::vector<std::int64_t>& values, std::size_t max_values);
  /// Passes over the value.
  void Skip();

 private:
  std::optional<std::uint32_t> ReadTag();
  void SkipGroup(std::uint32_t number);
  void SkipFixed(std::size_t size);
  void Fail();

  std::string_view rest_;
  std::uint32_t tag_ = 0;
  int groups_ = 0;
  bool ok_ = true;
};

}  // namespace slipway::api
