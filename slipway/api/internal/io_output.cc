// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_output.h"

#include <utility>

namespace slipway::api {
namespace {

// Below this a copy costs less than one more entry of a scatter write.
constexpr std::size_t kCopyBelow = 4096;
// A buffer that has grown past this is closed, so that what was sent can be given back.
constexpr std::size_t kTextBytes = 64 * 1024;
// After this many sent pieces their places are given back.
constexpr std::size_t kCompactAt = 256;

}  // namespace

ByteView OutputQueue::View(const Piece& piece) {
  if (const auto* text = std::get_if<std::string>(&piece.bytes)) return AsBytes(*text);
  return std::get<SharedBytes>(piece.bytes).bytes;
}

std::size_t OutputQueue::size() const {
  std::size_t size = 0;
  for (std::size_t index = first_; index < pieces_.size(); ++index) {
    size += View(pieces_[index]).size();
  }
  return size - offset_;
}

std::string& OutputQueue::text() {
  if (pieces_.empty() || !pieces_.back().open ||
      std::get<std::string>(pieces_.back().bytes).size() >= kTextBytes) {
    pieces_.push_back({.bytes = std::exchange(spare_, {}), .open = true});
  }
  return std::get<std::string>(pieces_.back().bytes);
}

void OutputQueue::Append(BodyPart part) {
  Piece piece{.bytes = std::move(part), .open = false};
  const ByteView view = View(piece);
  if (view.size() < kCopyBelow) {
    text().append(AsText(view));
  } else {
    pieces_.push_back(std::move(piece));
  }
}

std::size_t OutputQueue::Gather(std::span<iovec> into) const {
  std::size_t count = 0;
  std::size_t offset = offset_;
  for (std::size_t index = first_; index < pieces_.size() && count < into.size(); ++index) {
    const ByteView view = View(pieces_[index]).subspan(offset);
    offset = 0;
    if (view.empty()) continue;
    // The kernel's interface has no const; it only reads.
    into[count++] = {.iov_base = const_cast<std::byte*>(view.data()), .iov_len = view.size()};
  }
  return count;
}

void OutputQueue::Consume(std::size_t bytes) {
  offset_ += bytes;
  while (!empty() && offset_ >= View(pieces_[first_]).size()) {
    offset_ -= View(pieces_[first_]).size();
    PopFront();
  }
  if (empty()) {
    pieces_.clear();
    first_ = 0;
  } else if (first_ >= kCompactAt) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void OutputQueue::Clear() {
  pieces_.clear();
  first_ = 0;
  offset_ = 0;
}

// Gives back what was sent at once: it may be the output of a whole batch.
void OutputQueue::PopFront() {
  Piece& piece = pieces_[first_++];
  auto* const text = std::get_if<std::string>(&piece.bytes);
  if (piece.open && text->capacity() <= 2 * kTextBytes) {
    text->clear();
    spare_ = std::move(*text);
  }
  piece = {};
}

}  // namespace slipway::api
