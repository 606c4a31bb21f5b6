// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_reader.h"

#include "slipway/base/utf8.h"

#include <algorithm>
#include <array>

namespace slipway::api {
namespace {

/// What a message quotes of a document at most.
constexpr std::size_t kShownBytes = 24;

/// Whether a byte of a string stands for itself: ASCII, no control character, quote or backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain = {};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

const char* SkipPlain(const char* text) {
  while (kPlain[static_cast<unsigned char>(*text)]) ++text;
  return text;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The character that the letter of a two-character escape stands for; NUL if there is no such one.
char Unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

bool IsHighSurrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void AppendUtf8(std::string& out, std::uint32_t point) {
  const auto append = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return append(point);
  if (point < 0x800) {
    append(0xC0U | point >> 6U);
  } else {
    if (point < 0x10000) {
      append(0xE0U | point >> 12U);
    } else {
      append(0xF0U | point >> 18U);
      append(0x80U | (point >> 12U & 0x3FU));
    }
    append(0x80U | (point >> 6U & 0x3FU));
  }
  append(0x80U | (point & 0x3FU));
}

}  // namespace

std::string_view JsonKindName(JsonKind kind) {
  constexpr std::array<std::string_view, 7> kNames = {
      "an object", "an array", "a string", "a number", "true or false", "null", "nothing valid"};
  return kNames[static_cast<std::size_t>(kind)];
}

Error JsonReader::Wrong(const char* place, std::string_view what) const {
  return InvalidArgument("JSON at byte {}: {}", place - begin_, what);
}

Error JsonReader::WrongNumber(const char* place, NumberFault fault) const {
  std::string_view text(place, static_cast<std::size_t>(end_ > place ? end_ - place : 0));
  text = text.substr(0, std::min(text.find_first_of(",]} \t\r\n"), kShownBytes));
  const char* reason = "is no number";
  if (fault == NumberFault::kNotWhole) reason = "is no whole number";
  if (fault == NumberFault::kOutOfRange) reason = "is out of range";
  if (text.empty()) return Wrong(place, "expected a number, but the document ends");
  return Wrong(place, fmt::format("{:?} {}", text, reason));
}

Error JsonReader::WrongKind(std::string_view wanted) {
  const JsonKind kind = Peek();
  if (cursor_ >= end_) {
    return Wrong(end_, fmt::format("expected {}, but the document ends", wanted));
  }
  return Wrong(cursor_, fmt::format("expected {}, got {}", wanted, JsonKindName(kind)));
}

Status JsonReader::MoveTo(const char* cursor) {
  if (cursor > end_) return Wrong(end_, "the document ends inside a value");
  cursor_ = cursor;
  return {};
}

JsonKind JsonReader::Peek() {
  SkipSpace();
  if (cursor_ >= end_) return JsonKind::kNothing;
  switch (*cursor_) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBool;
    case 'n':
      return JsonKind::kNull;
    default:
      return *cursor_ == '-' || IsDigit(*cursor_) ? JsonKind::kNumber : JsonKind::kNothing;
  }
}

Status JsonReader::Enter(char bracket, std::string_view wanted) {
  if (!Take(bracket)) return WrongKind(wanted);
  if (++depth_ > kMaxDepth) {
    return Wrong(cursor_ - 1, fmt::format("nested deeper than {} levels", kMaxDepth));
  }
  return {};
}

Error JsonReader::WrongSeparator(char bracket) const {
  if (cursor_ >= end_) return Wrong(end_, fmt::format("expected '{}', but it ends", bracket));
  return Wrong(cursor_, fmt::format("expected ',' or '{}'", bracket));
}

Status JsonReader::AppendString(std::string& out) {
  if (!Take('"')) return WrongKind("a string");
  return AppendRest(out);
}

Result<std::string_view> JsonReader::ReadText(std::string& unescaped) {
  if (!Take('"')) return WrongKind("a string");
  const char* const begin = cursor_;
  const char* const end = SkipPlain(begin);
  if (*end == '"' && end < end_) {
    cursor_ = end + 1;
    return std::string_view(begin, end);
  }
  unescaped.clear();
  SLIPWAY_TRY(AppendRest(unescaped));
  return std::string_view(unescaped);
}

Result<std::string> JsonReader::ReadString() {
  std::string text;
  SLIPWAY_TRY(AppendString(text));
  return text;
}

Status JsonReader::AppendRest(std::string& out) {
  for (;;) {
    const char* const plain = cursor_;
    cursor_ = SkipPlain(plain);
    out.append(plain, cursor_);
    if (cursor_ >= end_) return Wrong(end_, "the document ends inside a string");
    if (*cursor_ == '"') break;
    if (*cursor_ == '\\') {
      SLIPWAY_TRY(AppendEscape(out));
      continue;
    }
    const std::string_view rest(cursor_, static_cast<std::size_t>(end_ - cursor_));
    const std::size_t length = Utf8SequenceLength(rest);
    const bool is_control = static_cast<unsigned char>(*cursor_) < 0x20;
    if (length == 0 || is_control) {
      return Wrong(cursor_, is_control ? "a control character in a string is not escaped"
                                       : "a string is not valid UTF-8");
    }
    out.append(rest.substr(0, length));
    cursor_ += length;
  }
  ++cursor_;
  return {};
}

Status JsonReader::AppendEscape(std::string& out) {
  const char letter = cursor_[1];
  cursor_ += 2;
  if (letter == 'u') {
    SLIPWAY_TRY_ASSIGN(const std::uint32_t point, ReadCodePoint());
    AppendUtf8(out, point);
    return {};
  }
  const char character = Unescaped(letter);
  if (character == '\0') return Wrong(cursor_ - 2, "a string holds an unknown escape");
  out += character;
  return {};
}

Result<std::uint32_t> JsonReader::ReadFourHexDigits() {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexValue(*cursor_);
    if (digit < 0) return Wrong(cursor_, "expected four hexadecimal digits behind \\u");
    unit = unit << 4U | static_cast<std::uint32_t>(digit);
    ++cursor_;
  }
  return unit;
}

Result<std::uint32_t> JsonReader::ReadCodePoint() {
  const char* const place = cursor_;
  SLIPWAY_TRY_ASSIGN(const std::uint32_t first, ReadFourHexDigits());
  if (!IsHighSurrogate(first) && !IsLowSurrogate(first)) return first;
  if (IsHighSurrogate(first) && cursor_[0] == '\\' && cursor_[1] == 'u') {
    cursor_ += 2;
    SLIPWAY_TRY_ASSIGN(const std::uint32_t second, ReadFourHexDigits());
    if (IsLowSurrogate(second)) return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
  }
  return Wrong(place, "a \\u escape is half of a surrogate pair");
}

Status JsonReader::TakeLiteral(std::string_view literal) {
  const std::string_view rest(cursor_, static_cast<std::size_t>(end_ - cursor_));
  if (!rest.starts_with(literal)) return Wrong(cursor_, fmt::format("expected {}", literal));
  cursor_ += literal.size();
  return {};
}

Result<bool> JsonReader::ReadBool() {
  if (Peek() != JsonKind::kBool) return WrongKind("true or false");
  const bool value = *cursor_ == 't';
  SLIPWAY_TRY(TakeLiteral(value ? "true" : "false"));
  return value;
}

Status JsonReader::SkipValue() {
  const auto skip = [this] { return SkipValue(); };
  switch (Peek()) {
    case JsonKind::kObject:
      return ForEachMember([&skip](std::string_view) { return skip(); });
    case JsonKind::kArray:
      return ForEachElement(skip);
    case JsonKind::kString: {
      std::string unescaped;
      const Result<std::string_view> text = ReadText(unescaped);
      return text ? Status() : text.error();
    }
    case JsonKind::kNumber: {
      Decimal number;
      const NumberEnd end = ScanDecimal(cursor_, limit_, number);
      if (end.fault != NumberFault::kNone) return WrongNumber(cursor_, end.fault);
      return MoveTo(end.end);
    }
    case JsonKind::kBool:
      return TakeLiteral(*cursor_ == 't' ? "true" : "false");
    case JsonKind::kNull:
      return TakeLiteral("null");
    case JsonKind::kNothing:
      break;
  }
  return WrongKind("a value");
}

Status JsonReader::ReadEnd() {
  SkipSpace();
  if (cursor_ < end_) return Wrong(cursor_, "expected the end of the document");
  return {};
}

}  // namespace slipway::api
