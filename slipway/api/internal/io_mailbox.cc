// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_mailbox.h"

#include "slipway/api/internal/connection.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace slipway::api {
namespace {

class MailboxStream final : public HttpStream {
 public:
  MailboxStream(std::shared_ptr<ConnectionHandle> handle, RequestId id)
      : handle_(std::move(handle)), id_(id) {}
  ~MailboxStream() override { Take(StreamStep::kRelease, {}); }
  MailboxStream(const MailboxStream&) = delete;
  MailboxStream& operator=(const MailboxStream&) = delete;

  void Start(HttpResponse head) override { Take(StreamStep::kStart, std::move(head)); }
  void Write(std::vector<BodyPart> body) override {
    HttpResponse content;
    content.body = std::move(body);
    Take(StreamStep::kWrite, std::move(content));
  }
  void Finish(Headers trailers) override {
    HttpResponse content;
    content.trailers = std::move(trailers);
    content.has_trailers = true;
    Take(StreamStep::kFinish, std::move(content));
  }
  void Answer(HttpResponse response) override { Take(StreamStep::kAnswer, std::move(response)); }
  void Consume(std::size_t bytes) override {
    if (handle_->connection != nullptr) handle_->connection->Consume(id_, bytes);
  }

 private:
  void Take(StreamStep step, HttpResponse content) {
    IoMailbox& mailbox = *handle_->mailbox;
    if (!mailbox.IsOwnThread()) {
      mailbox.Post({.to = handle_, .id = id_, .response = std::move(content), .step = step});
    } else if (handle_->connection != nullptr) {
      handle_->connection->Write(id_, step, std::move(content));
    }
  }

  const std::shared_ptr<ConnectionHandle> handle_;
  const RequestId id_;
};

}  // namespace

IoMailbox::IoMailbox(boost::asio::io_context& io, std::function<void()> deliver)
    : deliver_(std::move(deliver)), io_(&io) {}

void IoMailbox::Post(Letter letter) {
  const MutexLock lock(mutex_);
  if (io_ == nullptr) return;
  letters_.push_back(std::move(letter));
  // Under the lock, because `io_` may go as soon as the mailbox is closed; `deliver_` runs later.
  if (letters_.size() > 1) return;
  boost::asio::post(*io_, [this] { deliver_(); });
  arrived_.NotifyOne();
}

bool IoMailbox::WaitForLetters(std::chrono::steady_clock::time_point end,
                               std::chrono::microseconds pause) {
  using Clock = std::chrono::steady_clock;
  MutexLock lock(mutex_);
  while (letters_.empty() && Clock::now() < end) arrived_.WaitUntil(lock, end);
  if (letters_.empty()) return false;
  const Clock::time_point last = Clock::now() + pause;
  while (Clock::now() < last) arrived_.WaitUntil(lock, last);
  return true;
}

std::vector<Letter> IoMailbox::Take() {
  const MutexLock lock(mutex_);
  return std::exchange(letters_, {});
}

void IoMailbox::Close() {
  std::vector<Letter> dropped;
  const MutexLock lock(mutex_);
  io_ = nullptr;
  dropped.swap(letters_);
}

Responder MakeResponder(std::shared_ptr<ConnectionHandle> handle, RequestId id) {
  return [handle = std::move(handle), id](HttpResponse response) {
    IoMailbox& mailbox = *handle->mailbox;
    if (!mailbox.IsOwnThread()) {
      return mailbox.Post({.to = handle, .id = id, .response = std::move(response)});
    }
    if (handle->connection != nullptr) handle->connection->Respond(id, std::move(response));
  };
}

std::unique_ptr<HttpStream> MakeStream(std::shared_ptr<ConnectionHandle> handle, RequestId id) {
  return std::make_unique<MailboxStream>(std::move(handle), id);
}

}  // namespace slipway::api
