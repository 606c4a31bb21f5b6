// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/ids.h"

#include <algorithm>
#include <charconv>

namespace slipway {
namespace {

constexpr std::size_t kMaxNameLength = 128;
/// What a message shows of a name that is too long to be printed whole.
constexpr std::size_t kShownLength = 64;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool MayStart(char c) { return IsAlphanumeric(c) || c == '_'; }
bool MayFollow(char c) { return MayStart(c) || c == '.' || c == '-'; }

}  // namespace

Result<ModelName> ModelName::Parse(std::string_view text) {
  if (text.empty()) return InvalidArgument("a model name is empty");
  if (text.size() > kMaxNameLength) {
    return InvalidArgument("model name {:?}... has {} characters: at most {} are allowed",
                           text.substr(0, kShownLength), text.size(), kMaxNameLength);
  }
  if (!MayStart(text.front()) || !std::ranges::all_of(text, MayFollow)) {
    return InvalidArgument(
        "model name {:?} is not made of letters, digits, '.', '_' and '-', starting with a letter, "
        "a digit or '_'",
        text);
  }
  return ModelName(std::string(text));
}

Result<VersionId> VersionId::Parse(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 ||
      text.front() == '0') {
    return InvalidArgument("model version {:?} is not a whole number of at least 1",
                           text.substr(0, kShownLength));
  }
  return VersionId(number);
}

std::string ToString(VersionId version) { return fmt::format("{}", version.number()); }

}  // namespace slipway
