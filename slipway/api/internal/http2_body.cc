// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_body.h"

#include <algorithm>
#include <utility>

namespace slipway::api {
namespace {

// After this many sent parts their places are given back.
constexpr std::size_t kCompactPartsAt = 64;

}  // namespace

void Http2Body::Append(std::vector<BodyPart> parts) {
  if (remaining_ == 0) {
    parts_.clear();
    first_ = 0;
    parts_.reserve(parts.size());
  } else if (first_ >= kCompactPartsAt) {
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  for (BodyPart& part : parts) {
    remaining_ += BodyPartSize(part);
    if (auto* text = std::get_if<std::string>(&part)) {
      // Shared, because one part may be sent in many frames.
      auto owner = std::make_shared<const std::string>(std::move(*text));
      const ByteView bytes = AsBytes(*owner);
      parts_.push_back({.bytes = bytes, .owner = std::move(owner)});
    } else {
      parts_.push_back(std::get<SharedBytes>(std::move(part)));
    }
  }
}

// Takes at most `most` bytes of the first part that has any.
SharedBytes Http2Body::Next(std::size_t most) {
  while (parts_[first_].bytes.empty()) ++first_;
  SharedBytes& part = parts_[first_];
  const std::size_t size = std::min(most, part.bytes.size());
  remaining_ -= size;
  if (size == part.bytes.size()) return std::exchange(part, {});
  SharedBytes piece{.bytes = part.bytes.first(size), .owner = part.owner};
  part.bytes = part.bytes.subspan(size);
  return piece;
}

void Http2Body::CopyTo(std::span<std::byte> into) {
  while (!into.empty()) {
    const SharedBytes piece = Next(into.size());
    std::ranges::copy(piece.bytes, into.begin());
    into = into.subspan(piece.bytes.size());
  }
}

void Http2Body::MoveTo(OutputQueue& output, std::size_t size) {
  while (size > 0) {
    SharedBytes piece = Next(size);
    size -= piece.bytes.size();
    output.Append(std::move(piece));
  }
}

}  // namespace slipway::api
