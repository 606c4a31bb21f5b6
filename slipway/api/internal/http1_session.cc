// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_session.h"

#include "slipway/base/format.h"

#include <utility>

namespace slipway::api {
namespace {

using Progress = Http1Parser::Progress;

// Pipelined requests that are worked on at once; the ones behind them stay in the socket.
constexpr std::size_t kMaxOpenRequests = 64;
// Bytes of responses that a client may leave untaken before nothing more is read from it.
constexpr std::size_t kMaxUnsentBytes = std::size_t{1} << 20U;
// The same, before no more of a response in pieces is taken.
constexpr std::size_t kMaxUnsentPieces = std::size_t{64} << 10U;

}  // namespace

Http1Session::Http1Session(const SessionContext& context)
    : context_(context), phase_began_(context.time.now()) {
  parser_.emplace(context_.options);
}

void Http1Session::Receive(ByteView bytes) {
  if (input_over_) return;
  if (!unparsed_.empty()) {
    unparsed_.append(AsText(bytes));
    return ParseUnparsed();
  }
  const std::size_t used = Parse(AsText(bytes));
  unparsed_.assign(AsText(bytes.subspan(used)));
}

std::uint64_t Http1Session::direct_bytes() const {
  return unparsed_.empty() && MayParse() ? parser_->direct_bytes() : 0;
}

std::ptrdiff_t Http1Session::ReceiveInto(ByteSource& source) {
  const std::ptrdiff_t got = parser_->PutFrom(source);
  if (got > 0) {
    body_deadline_.Progress(context_.time.now(), static_cast<std::uint64_t>(got));
    AfterPut();
    NotePhase();
  }
  return got;
}

void Http1Session::ReceiveEnd() {
  end_received_ = true;
  // Requests that came before the end and had to wait are still read.
  if (unparsed_.empty() || MayParse()) EndInput();
}

void Http1Session::EndInput() {
  input_over_ = true;
  finished_ = open_requests() == 0;
  // A client that has closed only its side still gets what is answered.
  if (end_received_) gone_.request_stop();
}

bool Http1Session::MayParse() const {
  return !input_over_ && open_requests() < kMaxOpenRequests && output_.size() < kMaxUnsentBytes;
}

bool Http1Session::wants_input() const { return MayParse(); }

// Returns how many bytes were used; all, if no request after the last is read.
std::size_t Http1Session::Parse(std::string_view bytes) {
  parsing_ = true;
  std::size_t used = 0;
  while (used < bytes.size() && MayParse()) {
    const std::size_t taken = parser_->Put(bytes.substr(used));
    used += taken;
    if (phase_ == Progress::kBody) body_deadline_.Progress(context_.time.now(), taken);
    const bool is_waiting = taken == 0 && parser_->progress() < Progress::kDone;
    AfterPut();
    if (is_waiting) break;
  }
  parsing_ = false;
  NotePhase();
  return input_over_ ? bytes.size() : used;
}

void Http1Session::ParseUnparsed() {
  const std::size_t used = Parse(unparsed_);
  unparsed_.erase(0, used);
  if (end_received_ && MayParse()) EndInput();
}

// Does what the parser's progress asks for.
void Http1Session::AfterPut() {
  if (parser_->progress() == Progress::kFailed) {
    Refuse(parser_->refusal());
  } else if (parser_->progress() == Progress::kDone) {
    Deliver();
  }
}

void Http1Session::Deliver() {
  HttpRequest request = std::move(parser_->request());
  const bool keep_alive = parser_->wants_keep_alive() && !draining_;
  input_over_ = !keep_alive;
  continue_due_ = false;
  phase_ = Progress::kStart;
  exchanges_.push_back({.form = {.version = request.version,
                                 .keep_alive = keep_alive,
                                 .head_only = request.method == "HEAD"},
                        .response = std::nullopt,
                        .pieces = nullptr});
  parser_.emplace(context_.options);
  const RequestId id = first_id_ + open_requests() - 1;
  if (context_.sink.ModeOf(request) == StreamMode::kWhole) {
    request.gone = gone_.get_token();
    return context_.sink.OnRequest(id, std::move(request));
  }
  exchanges_.back().pieces = std::make_unique<Http1Pieces>();
  auto observer = context_.sink.OnStream(id, std::move(request));
  // It may be answered already.
  Exchange* const exchange = Find(id);
  if (exchange != nullptr && exchange->pieces) exchange->pieces->observer = std::move(observer);
}

void Http1Session::Refuse(const Refusal& refusal) {
  input_over_ = true;
  continue_due_ = false;
  exchanges_.push_back({.form = {.version = HttpVersion::kHttp11,
                                 .keep_alive = false,
                                 .head_only = parser_->request().method == "HEAD"},
                        .response = std::nullopt,
                        .pieces = nullptr});
  Respond(first_id_ + open_requests() - 1, RefusalResponse(refusal, false));
}

Http1Session::Exchange* Http1Session::Find(RequestId id) {
  const std::size_t index = first_ + static_cast<std::size_t>(id - first_id_);
  return id < first_id_ || index >= exchanges_.size() ? nullptr : &exchanges_[index];
}

void Http1Session::Respond(RequestId id, HttpResponse response) {
  Exchange* const exchange = Find(id);
  if (exchange == nullptr) return;
  if (exchange != &exchanges_[first_]) {
    exchange->response = std::move(response);
    return;
  }
  WriteWhole(*exchange, std::move(response));
  WriteWaiting();
}

void Http1Session::Write(RequestId id, StreamStep step, HttpResponse content) {
  Exchange* const exchange = Find(id);
  if (exchange == nullptr || !exchange->pieces || exchange->response) return;
  if (step == StreamStep::kAnswer) return Respond(id, std::move(content));
  exchange->pieces->Take(step, std::move(content));
}

// Writes what the exchanges whose turn it is have.
void Http1Session::WriteWaiting() {
  while (first_ < exchanges_.size()) {
    Exchange& exchange = exchanges_[first_];
    if (exchange.response) {
      WriteWhole(exchange, *std::move(exchange.response));
    } else if (exchange.pieces) {
      WritePieces(exchange);
      if (!exchange.pieces->is_done()) break;
      if (exchange.pieces->is_broken()) return CloseAll();
      CloseFirst();
    } else {
      break;
    }
  }
  if (first_ == exchanges_.size()) {
    exchanges_.clear();
    first_ = 0;
    phase_began_ = context_.time.now();
    finished_ = input_over_;
  } else if (first_ >= kMaxOpenRequests) {
    exchanges_.erase(exchanges_.begin(), exchanges_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void Http1Session::WriteWhole(Exchange& exchange, HttpResponse response) {
  PrepareForm(exchange);
  WriteHttp1Response(std::move(response), exchange.form, context_.time.date(), output_);
  CloseFirst();
}

void Http1Session::WritePieces(Exchange& exchange) {
  if (exchange.form.version == HttpVersion::kHttp10) {
    // The end of the connection is the end of the response.
    exchange.form.keep_alive = false;
    input_over_ = true;
  }
  PrepareForm(exchange);
  exchange.pieces->MoveTo(output_, kMaxUnsentPieces, exchange.form, context_.time.date());
}

// A drain that began after the request says so in the last response before the connection ends.
void Http1Session::PrepareForm(Exchange& exchange) {
  if (!draining_ || &exchange != &exchanges_.back() || !IsBetweenRequests()) return;
  exchange.form.keep_alive = false;
  input_over_ = true;
}

void Http1Session::CloseFirst() {
  Exchange& exchange = exchanges_[first_];
  if (exchange.pieces) {
    done_observers_.push_back(std::move(exchange.pieces->observer));
    exchange.pieces.reset();
  }
  exchange.response.reset();
  ++first_;
  ++first_id_;
}

// Gives up what is open: the response that was being written can only end with the connection.
void Http1Session::CloseAll() {
  const auto gone = Observers();
  while (first_ < exchanges_.size()) CloseFirst();
  input_over_ = true;
  finished_ = true;
  for (const auto& observer : gone) observer->OnGone();
}

// Tells the observer whose response is being written how much of it has been; whether there is any.
bool Http1Session::TellSent() {
  if (open_requests() == 0 || !exchanges_[first_].pieces) return false;
  Http1Pieces& pieces = *exchanges_[first_].pieces;
  const std::size_t bytes = pieces.TakeSentBytes();
  if (bytes == 0 || !pieces.observer) return false;
  context_.sink.OnStreamEvent();
  // A copy, because the call may end the exchange.
  const std::shared_ptr<StreamObserver> observer = pieces.observer;
  observer->OnSent(bytes);
  return true;
}

std::vector<std::shared_ptr<StreamObserver>> Http1Session::Observers() const {
  std::vector<std::shared_ptr<StreamObserver>> observers;
  for (std::size_t index = first_; index < exchanges_.size(); ++index) {
    const auto& pieces = exchanges_[index].pieces;
    if (pieces && pieces->observer && !pieces->has_ended()) observers.push_back(pieces->observer);
  }
  return observers;
}

void Http1Session::Abandon() {
  gone_.request_stop();
  for (const auto& observer : Observers()) observer->OnGone();
}

bool Http1Session::IsBetweenRequests() const {
  return parser_->progress() == Progress::kStart && unparsed_.empty();
}

OutputQueue& Http1Session::Output() {
  done_observers_.clear();
  if (!unparsed_.empty() && !parsing_ && MayParse()) ParseUnparsed();
  if (open_requests() > 0 && exchanges_[first_].pieces) {
    do {
      WriteWaiting();
    } while (TellSent());
  }
  if (continue_due_ && open_requests() == 0) {
    output_.text().append("HTTP/1.1 100 Continue\r\n\r\n");
    continue_due_ = false;
  }
  return output_;
}

// Starts the clock of a phase when the parser has come to it.
void Http1Session::NotePhase() {
  const Progress progress = parser_->progress();
  if (progress == phase_) return;
  phase_ = progress;
  phase_began_ = context_.time.now();
  if (progress != Progress::kBody) return;
  body_deadline_.Begin(phase_began_);
  continue_due_ = parser_->expects_continue() && parser_->request().body.empty();
}

void Http1Session::CheckDeadlines() {
  const SteadyTime now = context_.time.now();
  const TransportOptions& options = context_.options;
  for (const auto& observer : Observers()) {
    context_.sink.OnStreamEvent();
    observer->OnTick({.draining = draining_});
  }
  // A client that has to wait for us, or that doesn't take its responses, is not late in sending.
  if (!MayParse()) return;
  if (phase_ == Progress::kStart) {
    if (open_requests() == 0 && now > phase_began_ + options.idle_timeout) EndInput();
  } else if (phase_ == Progress::kHeader) {
    if (now <= phase_began_ + options.header_timeout) return;
    Refuse(
        {408, fmt::format("the header did not come within {} ms", options.header_timeout.count())});
  } else if (body_deadline_.Passed(now, options.body_timeout)) {
    Refuse({408, fmt::format("the body stopped coming for {} ms", options.body_timeout.count())});
  }
}

void Http1Session::Drain() {
  draining_ = true;
  // A request that has begun to come is still read and answered.
  if (IsBetweenRequests()) EndInput();
}

}  // namespace slipway::api
