// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/connection.h"

#include "slipway/api/internal/http1_session.h"
#include "slipway/api/internal/http2_session.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace slipway::api {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::string_view kHttp2Start = "PRI ";
// What one connection may read in one round before the others have their turn.
constexpr std::size_t kReadPerRound = std::size_t{1} << 20U;
// A closed connection is read on for this much, so that a client which is still sending does not
// lose our last words to a reset.
constexpr std::chrono::milliseconds kLingerTime = 1s;
constexpr std::size_t kLingerBytes = std::size_t{16} << 10U;
constexpr std::size_t kPiecesPerWrite = 64;

}  // namespace

Connection::Connection(tcp::socket socket, HttpHandler& handler, ConnectionHost& host)
    : socket_(std::move(socket)),
      handler_(handler),
      host_(host),
      handle_(std::make_shared<ConnectionHandle>(host.mailbox(), this)),
      began_(host.time().now()) {}

void Connection::Start() {
  error_code error;
  socket_.set_option(tcp::no_delay(true), error);
  socket_.non_blocking(true, error);
  if (error) return Close();
  StartRead();
}

void Connection::StartRead() {
  if (std::exchange(reading_, true)) return;
  socket_.async_read_some(boost::asio::buffer(inbox_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            self->host_.EnterRound();
                            self->reading_ = false;
                            if (!self->closed_) self->OnRead(error, size);
                          });
}

void Connection::OnRead(const error_code& error, std::size_t size) {
  if (error == boost::asio::error::eof) {
    input_ended_ = true;
    if (lingering_ || !session_) return Close();
    session_->ReceiveEnd();
  } else if (error) {
    return Close();
  } else {
    Take(ByteView(inbox_).first(size));
    if (size == inbox_.size()) ReadMore();
  }
  ScheduleFlush();
}

// Reads what did not fit into the inbox. An end or an error is found by the next `StartRead`.
void Connection::ReadMore() {
  std::size_t left = kReadPerRound;
  while (left > 0 && !lingering_ && session_ && session_->wants_input()) {
    std::ptrdiff_t got = 0;
    if (session_->direct_bytes() > 0) {
      got = session_->ReceiveInto(*this);
    } else {
      got = Read(host_.scratch());
      if (got > 0) Take(host_.scratch().first(static_cast<std::size_t>(got)));
    }
    if (got <= 0 || read_was_short_) return;
    left -= std::min(left, static_cast<std::size_t>(got));
  }
}

std::ptrdiff_t Connection::Read(MutableByteView into) {
  const ssize_t got = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
  read_was_short_ = got < static_cast<ssize_t>(into.size());
  return got;
}

void Connection::Take(ByteView bytes) {
  if (lingering_) {
    lingered_bytes_ += bytes.size();
  } else if (session_) {
    session_->Receive(bytes);
  } else {
    ChooseProtocol(bytes);
  }
}

void Connection::ChooseProtocol(ByteView bytes) {
  greeting_.append(AsText(bytes));
  const std::string_view start = std::string_view(greeting_).substr(0, kHttp2Start.size());
  const SessionContext context{.options = host_.options(), .time = host_.time(), .sink = *this};
  if (!kHttp2Start.starts_with(start)) {
    session_ = std::make_unique<Http1Session>(context);
  } else if (start == kHttp2Start) {
    session_ = std::make_unique<Http2Session>(context);
  } else {
    return;
  }
  session_->Receive(AsBytes(std::exchange(greeting_, {})));
  if (host_.draining()) session_->Drain();
}

void Connection::OnRequest(RequestId id, HttpRequest request) {
  host_.NoteRequest(handler_);
  handler_.Handle(std::move(request), MakeResponder(handle_, id));
}

std::shared_ptr<StreamObserver> Connection::OnStream(RequestId id, HttpRequest request) {
  host_.NoteRequest(handler_);
  return handler_.HandleStream(std::move(request), MakeStream(handle_, id));
}

void Connection::Respond(RequestId id, HttpResponse response) {
  session_->Respond(id, std::move(response));
  ScheduleFlush();
}

void Connection::Write(RequestId id, StreamStep step, HttpResponse content) {
  session_->Write(id, step, std::move(content));
  ScheduleFlush();
}

void Connection::Consume(RequestId id, std::size_t bytes) {
  session_->Consume(id, bytes);
  ScheduleFlush();
}

void Connection::ScheduleFlush() {
  if (!std::exchange(flush_scheduled_, true)) host_.FlushLater(shared_from_this());
}

void Connection::Flush() {
  flush_scheduled_ = false;
  if (closed_) return;
  if (!session_ || lingering_) {
    // Past the bound a client's bytes stay in the kernel, which tells it to wait.
    if (lingered_bytes_ < kLingerBytes) StartRead();
    return;
  }
  const bool has_output = !session_->Output().empty();
  if (!WriteAll()) return;
  if (session_->finished() && !waiting_for_room_) return Finish(has_output);
  if (session_->wants_input() && !input_ended_) StartRead();
}

ssize_t Connection::SendSome(const OutputQueue& output) {
  std::array<iovec, kPiecesPerWrite> pieces;
  const std::size_t count = output.Gather(pieces);
  if (count == 1) {
    return ::send(socket_.native_handle(), pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
}

// Returns false if the connection has closed.
bool Connection::WriteAll() {
  while (!waiting_for_room_) {
    OutputQueue& output = session_->Output();
    if (output.empty()) {
      stalled_ = false;
      return true;
    }
    const ssize_t sent = SendSome(output);
    if (sent >= 0) {
      output.Consume(static_cast<std::size_t>(sent));
      write_deadline_.Progress(host_.time().now(), static_cast<std::uint64_t>(sent));
    } else if (errno == EAGAIN) {
      WaitForRoom();
    } else if (errno != EINTR) {
      Close();
      return false;
    }
  }
  return true;
}

void Connection::WaitForRoom() {
  waiting_for_room_ = true;
  if (!std::exchange(stalled_, true)) write_deadline_.Begin(host_.time().now());
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->host_.EnterRound();
    self->waiting_for_room_ = false;
    if (self->closed_) return;
    if (error) return self->Close();
    self->ScheduleFlush();
  });
}

// Ends our side. After last words the client gets the time to read them.
void Connection::Finish(bool has_just_written) {
  if (input_ended_ || !has_just_written) return Close();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  lingering_ = true;
  // What it has read of a flood of refused requests would add up.
  handle_->connection = nullptr;
  session_->Abandon();
  session_.reset();
  began_ = host_.time().now();
  StartRead();
}

void Connection::CheckDeadlines() {
  const SteadyTime now = host_.time().now();
  const TransportOptions& options = host_.options();
  if (lingering_) {
    if (now > began_ + kLingerTime) Close();
  } else if (!session_) {
    const auto timeout = greeting_.empty() ? options.idle_timeout : options.header_timeout;
    if (now > began_ + timeout) Close();
  } else if (waiting_for_room_ && write_deadline_.Passed(now, options.body_timeout)) {
    Close();
  } else {
    session_->CheckDeadlines();
    ScheduleFlush();
  }
}

void Connection::Drain() {
  if (lingering_) return;
  if (!session_) return Close();
  session_->Drain();
  ScheduleFlush();
}

std::size_t Connection::open_requests() const {
  if (!session_ || lingering_) return 0;
  // A response that is stuck half-way is cut off, too.
  return std::max<std::size_t>(session_->open_requests(), waiting_for_room_ ? 1 : 0);
}

void Connection::Close() {
  if (std::exchange(closed_, true)) return;
  handle_->connection = nullptr;
  error_code ignored;
  socket_.close(ignored);
  if (session_) session_->Abandon();
  host_.Remove(*this);
}

}  // namespace slipway::api
