// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_mailbox.h"

#include "slipway/api/internal/connection.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace slipway::api {

IoMailbox::IoMailbox(boost::asio::io_context& io, std::function<void()> deliver)
    : deliver_(std::move(deliver)), io_(&io) {}

void IoMailbox::Post(Letter letter) {
  const MutexLock lock(mutex_);
  if (io_ == nullptr) return;
  letters_.push_back(std::move(letter));
  // Under the lock, because `io_` may go as soon as the mailbox is closed; `deliver_` runs later.
  if (letters_.size() == 1) boost::asio::post(*io_, [this] { deliver_(); });
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
      mailbox.Post({.to = handle, .id = id, .response = std::move(response)});
    } else if (handle->connection != nullptr) {
      handle->connection->Respond(id, std::move(response));
    }
  };
}

}  // namespace slipway::api
