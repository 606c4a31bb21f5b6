// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_stream.h"

#include "slipway/api/internal/grpc_compression.h"
#include "slipway/api/internal/grpc_response.h"

#include <utility>

namespace slipway::api {
namespace {

/// A client that announces compressed requests gets compressed answers, if it takes them.
ContentCoding AnswerCoding(const GrpcStreamCall& call) {
  const bool wanted = call.compress || GrpcRequestCoding(call.headers).has_value();
  return wanted ? GrpcResponseCoding(call.headers) : ContentCoding::kIdentity;
}

}  // namespace

GrpcStream::GrpcStream(GrpcStreamCall call)
    : call_(std::move(call)),
      answer_coding_(AnswerCoding(call_)),
      reader_(call_.max_message_bytes) {
  HttpResponse head;
  head.headers.Add("content-type", "application/grpc");
  if (answer_coding_ != ContentCoding::kIdentity) {
    head.headers.Add("grpc-encoding", ContentCodingName(answer_coding_));
  }
  call_.stream->Start(std::move(head));
}

void GrpcStream::OnBody(std::string_view bytes) {
  was_heard_ = true;
  unread_bytes_ += bytes.size();
  if (ended_) return;
  reader_.Add(bytes);
  Pump();
}

void GrpcStream::OnBodyEnd() {
  requests_over_ = true;
  Pump();
}

void GrpcStream::OnSent(std::size_t bytes) {
  sent_bytes_ += bytes;
  Pump();
}

void GrpcStream::OnTick(const StreamTick& tick) {
  if (call_.deadline && call_.context.clock.Now() > *call_.deadline) {
    return End(GrpcStatus::kDeadlineExceeded, "the call's deadline has passed");
  }
  OnTime();
  if (tick.draining && !was_heard_ && IsQuiet()) {
    End(GrpcStatus::kUnavailable, "the server is shutting down");
  }
  was_heard_ = false;
}

void GrpcStream::OnGone() {
  if (!ended_.exchange(true)) Count(GrpcStatus::kCancelled);
  OnCancelled();
}

bool GrpcStream::IsFull() const {
  return in_work_ >= kMaxInWork || written_bytes_ - sent_bytes_ >= kMaxUnsentBytes;
}

// Whether every message has been answered and every answer has left. In this order: an answer is
// counted as written before its message is as done.
bool GrpcStream::IsQuiet() const { return in_work_ == 0 && written_bytes_ == sent_bytes_; }

// Works on what has come, as far as there is room for the answers. An answer that leaves makes
// room, so that this is called again.
void GrpcStream::Pump() {
  while (!ended_ && !IsFull()) {
    Result<std::optional<std::string>> next = reader_.Next();
    if (!next) return Fail(next.error());
    if (*next) {
      Take(**std::move(next));
      continue;
    }
    call_.stream->Consume(std::exchange(unread_bytes_, 0));
    if (!requests_over_ || !IsQuiet()) return;
    if (reader_.has_rest()) return Fail(InvalidArgument("the last gRPC message is cut short"));
    if (IsOverWithRequests()) End(GrpcStatus::kOk, "");
    return;
  }
}

void GrpcStream::Take(std::string framed) {
  if (!IsCompressedGrpc(framed)) return OnMessage(std::move(framed));
  const Result<ContentCoding> coding = GrpcRequestCoding(call_.headers);
  if (!coding) return Fail(coding.error());
  Result<std::string> plain = DecompressGrpcMessage(framed, *coding, call_.max_message_bytes);
  if (!plain) return Fail(plain.error());
  OnMessage(*std::move(plain));
}

std::vector<BodyPart> GrpcStream::Pack(std::vector<BodyPart> framed) {
  if (answer_coding_ != ContentCoding::kIdentity) {
    framed = CompressGrpcMessage(std::move(framed), answer_coding_);
  }
  std::size_t size = 0;
  for (const BodyPart& part : framed) size += BodyPartSize(part);
  written_bytes_ += size;
  return framed;
}

void GrpcStream::Send(std::vector<BodyPart> framed) {
  call_.stream->Write(Pack(std::move(framed)));
}

void GrpcStream::EndWork(std::vector<BodyPart> framed) {
  framed = Pack(std::move(framed));
  // Before the answer is given: once it has left, `Pump` must find this message done.
  --in_work_;
  call_.stream->Write(std::move(framed));
}

void GrpcStream::End(GrpcStatus status, std::string_view message) {
  if (ended_.exchange(true)) return;
  Count(status);
  call_.stream->Finish(GrpcTrailers(status, message));
}

void GrpcStream::Count(GrpcStatus status) {
  call_.context.metrics.Count({Protocol::kGrpc, &call_.route, static_cast<int>(status),
                               call_.context.clock.Now() - call_.begin});
}

RefusedGrpcStream::RefusedGrpcStream(const FrontContext& context, const Route* route,
                                     std::unique_ptr<HttpStream> stream, const Error& error) {
  const GrpcStatus status = GrpcStatusOf(error.code());
  context.metrics.Count({Protocol::kGrpc, route, static_cast<int>(status), {}});
  stream->Answer(GrpcFailure(status, error.message()));
}

}  // namespace slipway::api
