// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_stream.h"
#include "slipway/base/mutex.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {

/// What has been done with a `RecordingStream`, which may be gone by now. Thread-safe.
class StreamRecord {
 public:
  /// The text of all pieces written so far; they are then forgotten.
  std::string TakeBody() {
    const MutexLock lock(mutex_);
    return std::exchange(body_, {});
  }
  std::optional<HttpResponse> head() const {
    const MutexLock lock(mutex_);
    return head_;
  }
  std::optional<HttpResponse> answer() const {
    const MutexLock lock(mutex_);
    return answer_;
  }
  /// The trailer called `name`, once the stream has been finished.
  std::optional<std::string> Trailer(std::string_view name) const {
    const MutexLock lock(mutex_);
    if (!trailers_ || !trailers_->Find(name)) return std::nullopt;
    return std::string(*trailers_->Find(name));
  }
  bool is_finished() const {
    const MutexLock lock(mutex_);
    return trailers_.has_value();
  }
  std::size_t consumed() const {
    const MutexLock lock(mutex_);
    return consumed_;
  }

 private:
  friend class RecordingStream;

  mutable Mutex mutex_;
  std::optional<HttpResponse> head_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<HttpResponse> answer_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<Headers> trailers_ SLIPWAY_GUARDED_BY(mutex_);
  std::string body_ SLIPWAY_GUARDED_BY(mutex_);
  std::size_t consumed_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

/// Writes down what is done with it. Thread-safe.
class RecordingStream final : public HttpStream {
 public:
  explicit RecordingStream(std::shared_ptr<StreamRecord> record) : record_(std::move(record)) {}

  void Start(HttpResponse head) override {
    const MutexLock lock(record_->mutex_);
    record_->head_ = std::move(head);
  }
  void Write(std::vector<BodyPart> body) override {
    const MutexLock lock(record_->mutex_);
    for (const BodyPart& part : body) {
      if (const auto* text = std::get_if<std::string>(&part)) record_->body_ += *text;
      if (const auto* shared = std::get_if<SharedBytes>(&part)) {
        record_->body_ += AsText(shared->bytes);
      }
    }
  }
  void Finish(Headers trailers) override {
    const MutexLock lock(record_->mutex_);
    record_->trailers_ = std::move(trailers);
  }
  void Answer(HttpResponse response) override {
    const MutexLock lock(record_->mutex_);
    record_->answer_ = std::move(response);
  }
  void Consume(std::size_t bytes) override {
    const MutexLock lock(record_->mutex_);
    record_->consumed_ += bytes;
  }

 private:
  const std::shared_ptr<StreamRecord> record_;
};

}  // namespace slipway::api
