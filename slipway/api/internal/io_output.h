// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace slipway::api {

/// Bytes that wait for a socket, in their order. Small pieces are joined in one buffer; big ones
/// are sent from where they are.
///
/// Not thread-safe.
class OutputQueue {
 public:
  bool empty() const { return first_ == pieces_.size(); }
  std::size_t size() const;
  /// The buffer that small text is appended to; append something. Valid until the next call of
  /// another member.
  std::string& text();
  /// Takes `part`: copies it if it's small, otherwise keeps it until it has been sent.
  void Append(BodyPart part);
  /// Points `into` at the first pieces and returns how many there are.
  std::size_t Gather(std::span<iovec> into) const;
  /// Forgets the first `bytes`, which have been sent. `bytes` is at most `size()`.
  void Consume(std::size_t bytes);
  void Clear();

 private:
  struct Piece {
    BodyPart bytes;
    bool open = false;  // A buffer of ours that may grow.
  };
  static ByteView View(const Piece& piece);
  void PopFront();

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;   // The pieces before it have been sent.
  std::size_t offset_ = 0;  // How much of the first one has been sent.
  std::string spare_;       // A buffer for the next response, so that most need no allocation.
};

}  // namespace slipway::api
