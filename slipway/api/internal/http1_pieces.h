// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http1_response.h"
#include "slipway/api/internal/http_stream.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace slipway::api {

/// The response of an HTTP/1 exchange that leaves in pieces, as far as the handler has given it and
/// it has not left. Not thread-safe.
class Http1Pieces {
 public:
  /// Who watches the exchange. Shared: work of its own may outlive the exchange.
  std::shared_ptr<StreamObserver> observer = {};

  /// Takes a step of the handler; `kAnswer` is none of ours.
  void Take(StreamStep step, HttpResponse content);
  /// Moves what there is to `output`, but no more once that holds `most` bytes.
  void MoveTo(OutputQueue& output, std::size_t most, const Http1ResponseForm& form,
              std::string_view date);

  bool has_started() const { return head_.has_value(); }
  /// The handler has ended the response, rightly or not.
  bool has_ended() const { return ended_; }
  /// Everything has been moved.
  bool is_done() const { return ended_ && done_; }
  /// The response has no right end: only the end of the connection can say so.
  bool is_broken() const { return broken_ || framing_ == Http1Framing::kClose; }
  /// Bytes moved since this was last asked.
  std::size_t TakeSentBytes() { return std::exchange(sent_bytes_, 0); }

 private:
  std::optional<HttpResponse> head_;
  std::optional<Http1Framing> framing_;  // Once the head has been moved.
  std::deque<std::vector<BodyPart>> waiting_;
  std::size_t sent_bytes_ = 0;
  bool ended_ = false;
  bool broken_ = false;
  bool done_ = false;
};

}  // namespace slipway::api
