// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/json_number.h"
#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api {

/// What a JSON value is, as its first character says.
enum class JsonKind : std::uint8_t { kObject, kArray, kString, kNumber, kBool, kNull, kNothing };

/// The kind in words for messages: "an object", "a string".
std::string_view JsonKindName(JsonKind kind);

/// Reads one JSON document (RFC 8259) front to back, strictly, in one pass and without building
/// anything: each value goes straight to where the caller wants it.
///
/// What it refuses is kInvalidArgument with the place in bytes. Nesting deeper than `kMaxDepth` is
/// refused. Not thread-safe.
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 64;

  /// Reads the first `length` bytes of `document`, which outlives the reader. What lies behind them
  /// may be anything: the string's own final NUL stops every scan.
  JsonReader(const std::string& document, std::size_t length)
      : begin_(document.data()),
        cursor_(begin_),
        end_(begin_ + length),
        limit_(begin_ + document.size() + 1) {}

  /// The kind of the value that comes next.
  JsonKind Peek();

  /// Reads an object: calls `visit(std::string_view key)` for each member, which reads the member's
  /// value and returns a `Status`. The key lives until the value has been read.
  template <typename Visit>
  Status ForEachMember(Visit visit);
  /// Reads an array: calls `visit()` for each element, which reads it and returns a `Status`.
  template <typename Visit>
  Status ForEachElement(Visit visit);

  /// Reads a string and appends what it says, unescaped, to `out`.
  Status AppendString(std::string& out);
  /// Reads a string: where it stands in the document, or, if it has escapes, in `unescaped`.
  Result<std::string_view> ReadText(std::string& unescaped);
  Result<std::string> ReadString();
  Result<bool> ReadBool();
  /// Reads a number of type `T`, rounded to nearest if that is a float and never wrapped if it is
  /// an integer.
  template <typename T>
  Status ReadNumber(T& value);
  /// Reads a value of any kind, checks it and forgets it.
  Status SkipValue();
  /// Checks that only white space is left.
  Status ReadEnd();

  /// Where the reader is, in bytes from the start.
  std::size_t offset() const { return static_cast<std::size_t>(cursor_ - begin_); }
  /// Goes on at `offset`, where a value began at the same depth.
  void ReturnTo(std::size_t offset) { cursor_ = begin_ + offset; }

  /// The next character, for loops of the caller's own; they end at the latest at a NUL.
  const char* cursor() const { return cursor_; }
  /// Where readable memory ends, behind the NUL.
  const char* limit() const { return limit_; }
  /// Goes on at `cursor`; kInvalidArgument if that is behind the document's end.
  Status MoveTo(const char* cursor);

  /// An error "JSON at byte N: `what`", N being where `place` is.
  Error Wrong(const char* place, std::string_view what) const;
  /// What `fault` at `place` means.
  Error WrongNumber(const char* place, NumberFault fault) const;
  /// The error that the next value is no `wanted`.
  Error WrongKind(std::string_view wanted);

 private:
  void SkipSpace() {
    while (*cursor_ == ' ' || *cursor_ == '\n' || *cursor_ == '\r' || *cursor_ == '\t') ++cursor_;
  }
  /// Takes `c` if it is the next character behind white space.
  bool Take(char c) {
    SkipSpace();
    if (*cursor_ != c || cursor_ >= end_) return false;
    ++cursor_;
    return true;
  }
  Status Enter(char bracket, std::string_view wanted);
  Status TakeLiteral(std::string_view literal);
  /// Appends what is left of the string that the cursor is in.
  Status AppendRest(std::string& out);
  /// Appends what the escape at the cursor stands for.
  Status AppendEscape(std::string& out);
  Result<std::uint32_t> ReadFourHexDigits();
  Result<std::uint32_t> ReadCodePoint();
  /// Behind an element: whether another one follows. Takes the comma or the closing bracket.
  Result<bool> Continues(char bracket) {
    if (Take(',')) return true;
    if (Take(bracket)) return false;
    return WrongSeparator(bracket);
  }
  Error WrongSeparator(char bracket) const;

  const char* begin_;
  const char* cursor_;
  const char* end_;
  const char* limit_;
  std::size_t depth_ = 0;
};

template <typename Visit>
Status JsonReader::ForEachMember(Visit visit) {
  SLIPWAY_TRY(Enter('{', "an object"));
  bool more = !Take('}');
  while (more) {
    std::string unescaped;
    SLIPWAY_TRY_ASSIGN(const std::string_view key, ReadText(unescaped));
    if (!Take(':')) return Wrong(cursor_, "expected ':' behind a key");
    SLIPWAY_TRY(visit(key));
    SLIPWAY_TRY_ASSIGN(more, Continues('}'));
  }
  --depth_;
  return {};
}

template <typename Visit>
Status JsonReader::ForEachElement(Visit visit) {
  SLIPWAY_TRY(Enter('[', "an array"));
  bool more = !Take(']');
  while (more) {
    SLIPWAY_TRY(visit());
    SLIPWAY_TRY_ASSIGN(more, Continues(']'));
  }
  --depth_;
  return {};
}

template <typename T>
Status JsonReader::ReadNumber(T& value) {
  if (Peek() != JsonKind::kNumber) return WrongKind("a number");
  const NumberEnd number = api::ReadNumber(cursor_, limit_, value);
  if (number.fault != NumberFault::kNone) return WrongNumber(cursor_, number.fault);
  return MoveTo(number.end);
}

}  // namespace slipway::api
