// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/format.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway {

/// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so the result
/// is always valid JSON.
std::string JsonQuoted(std::string_view text);
/// Appends `JsonQuoted(text)` to `out`.
void AppendJsonQuoted(std::string& out, std::string_view text);
/// Appends the shortest decimal that reads back as exactly `value`; `null` for NaN and infinities,
/// which JSON has not.
void AppendJsonNumber(std::string& out, double value);
/// As above, shortest for float32.
void AppendJsonNumber(std::string& out, float value);
/// As above, for an integer.
template <std::integral T>
void AppendJsonNumber(std::string& out, T value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

/// Writes one JSON document, front to back, without spaces.
///
/// The caller keeps the order of calls right: a `Key` before each value inside an object, each
/// `Begin` with its `End`. Not thread-safe.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);

  JsonWriter& String(std::string_view value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// Numbers print so that they read back as they are; NaN and infinities become `null`.
  JsonWriter& Number(double value);
  JsonWriter& Number(float value);
  JsonWriter& Number(std::integral auto value) {
    const fmt::format_int digits(value);
    return Raw({digits.data(), digits.size()});
  }
  /// Adds `json`, which must be one valid JSON value.
  JsonWriter& Raw(std::string_view json);

  /// What has been written so far.
  const std::string& text() const { return text_; }
  /// Hands the text over; the writer is then empty.
  std::string Take();

 private:
  void Separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace slipway
