// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http1_parser.h"
#include "slipway/api/internal/http1_pieces.h"
#include "slipway/api/internal/http1_response.h"
#include "slipway/api/internal/http_deadline.h"
#include "slipway/api/internal/http_session.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace slipway::api {

/// HTTP/1.1 and HTTP/1.0 (RFC 9112) with keep-alive and pipelining: several requests may be open,
/// the responses leave in the order of the requests. A response in pieces leaves in chunks.
class Http1Session final : public HttpSession {
 public:
  explicit Http1Session(const SessionContext& context);

  void Receive(ByteView bytes) override;
  std::uint64_t direct_bytes() const override;
  std::ptrdiff_t ReceiveInto(ByteSource& source) override;
  void ReceiveEnd() override;
  void Respond(RequestId id, HttpResponse response) override;
  void Write(RequestId id, StreamStep step, HttpResponse content) override;
  void Consume(RequestId, std::size_t) override {}
  OutputQueue& Output() override;
  bool wants_input() const override;
  bool finished() const override { return finished_; }
  std::size_t open_requests() const override { return exchanges_.size() - first_; }
  void CheckDeadlines() override;
  void Drain() override;
  void Abandon() override;

 private:
  /// A request whose response has not been written.
  struct Exchange {
    Http1ResponseForm form;
    std::optional<HttpResponse> response;
    std::unique_ptr<Http1Pieces> pieces;  // Null if the response is whole.
  };

  bool MayParse() const;
  bool IsBetweenRequests() const;
  void EndInput();
  std::size_t Parse(std::string_view bytes);
  void ParseUnparsed();
  void AfterPut();
  void Deliver();
  void Refuse(const Refusal& refusal);
  Exchange* Find(RequestId id);
  void WriteWaiting();
  void WriteWhole(Exchange& exchange, HttpResponse response);
  void WritePieces(Exchange& exchange);
  void PrepareForm(Exchange& exchange);
  void CloseFirst();
  void CloseAll();
  bool TellSent();
  std::vector<std::shared_ptr<StreamObserver>> Observers() const;
  void NotePhase();

  const SessionContext context_;
  std::stop_source gone_;  // Stopped once the client has gone or closed its side.
  std::optional<Http1Parser> parser_;
  std::string unparsed_;  // What came and could not be used yet.
  OutputQueue output_;
  std::vector<Exchange> exchanges_;
  // Of exchanges that are over, kept a while because a call of theirs may be what ended them.
  std::vector<std::shared_ptr<StreamObserver>> done_observers_;
  std::size_t first_ = 0;   // The exchanges before it have been answered.
  RequestId first_id_ = 0;  // The id of exchange `first_`.
  bool parsing_ = false;
  bool end_received_ = false;
  bool input_over_ = false;  // No request after the ones in `exchanges_` is read.
  bool finished_ = false;
  bool draining_ = false;
  bool continue_due_ = false;  // "100 Continue" waits for the responses before it.
  Http1Parser::Progress phase_ = Http1Parser::Progress::kStart;
  SteadyTime phase_began_;
  TransferDeadline body_deadline_;
};

}  // namespace slipway::api
