// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/io_output.h"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace slipway::api {

/// The body of a response on its way out, cut into the pieces that flow control allows.
class Http2Body {
 public:
  Http2Body() = default;
  explicit Http2Body(std::vector<BodyPart> parts) { Append(std::move(parts)); }

  /// Adds `parts` behind what is there.
  void Append(std::vector<BodyPart> parts);

  std::size_t remaining() const { return remaining_; }
  /// Moves the next `into.size()` bytes, at most `remaining()`, to `into`.
  void CopyTo(std::span<std::byte> into);
  /// Moves the next `size` bytes, at most `remaining()`, to `output` without a copy.
  void MoveTo(OutputQueue& output, std::size_t size);

 private:
  SharedBytes Next(std::size_t most);

  std::vector<SharedBytes> parts_;
  std::size_t first_ = 0;
  std::size_t remaining_ = 0;
};

}  // namespace slipway::api
