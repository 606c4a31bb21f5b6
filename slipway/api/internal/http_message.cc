// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_message.h"

#include <algorithm>

namespace slipway::api {
namespace {

// Room for what clients usually send, so that a message's fields cost one allocation each.
constexpr std::size_t kUsualTextBytes = 384;
constexpr std::size_t kUsualFields = 12;

bool BreaksLine(char letter) { return letter == '\r' || letter == '\n' || letter == '\0'; }

// Looks at every letter, because such a loop is vectorized and one that stops early is not.
bool HasLineBreak(std::string_view text) {
  unsigned breaks = 0;
  for (const char letter : text) breaks |= static_cast<unsigned>(BreaksLine(letter));
  return breaks != 0;
}

}  // namespace

void Headers::Add(std::string_view name, std::string_view value) {
  if (fields_.capacity() == 0) {
    text_.reserve(kUsualTextBytes);
    fields_.reserve(kUsualFields);
  }
  fields_.push_back({.begin = static_cast<std::uint32_t>(text_.size()),
                     .name_size = static_cast<std::uint32_t>(name.size()),
                     .value_size = static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
  if (!HasLineBreak(value)) return;
  const auto begin = text_.end() - static_cast<std::ptrdiff_t>(value.size());
  std::replace_if(begin, text_.end(), BreaksLine, ' ');
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  for (std::size_t index = 0; index < fields_.size(); ++index) {
    const auto [field_name, value] = (*this)[index];
    if (field_name == name) return value;
  }
  return std::nullopt;
}

std::pair<std::string_view, std::string_view> Headers::operator[](std::size_t index) const {
  const Field& field = fields_[index];
  const std::string_view text = text_;
  return {text.substr(field.begin, field.name_size),
          text.substr(field.begin + field.name_size, field.value_size)};
}

void Headers::Clear() {
  text_.clear();
  fields_.clear();
}

std::size_t BodyPartSize(const BodyPart& part) {
  if (const auto* text = std::get_if<std::string>(&part)) return text->size();
  return std::get<SharedBytes>(part).bytes.size();
}

std::size_t HttpResponse::body_size() const {
  std::size_t size = 0;
  for (const BodyPart& part : body) size += BodyPartSize(part);
  return size;
}

}  // namespace slipway::api
