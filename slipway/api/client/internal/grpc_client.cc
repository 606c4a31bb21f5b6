// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_client.h"

#include "slipway/api/client/internal/grpc_codec.h"
#include "slipway/base/bytes.h"

#include <array>

namespace slipway::api::client {
namespace {

constexpr std::size_t kGrpcReadBytes = 64 * 1024;

}  // namespace

Result<ModelDescription> GrpcClient::Metadata(std::string_view model, std::string_view version) {
  SLIPWAY_TRY_ASSIGN(const std::string frame, EncodeModelMetadata(model, version));
  SLIPWAY_TRY_ASSIGN(const std::string message, Call(kModelMetadataMethod, frame));
  return DecodeModelMetadata(message);
}

Result<InferAnswer> GrpcClient::Infer(const InferCall& call) {
  SLIPWAY_TRY_ASSIGN(const std::string frame, EncodeModelInfer(call));
  SLIPWAY_TRY_ASSIGN(const std::string message, Call(kModelInferMethod, frame));
  return DecodeModelInfer(message);
}

Result<bool> GrpcClient::Ready() {
  SLIPWAY_TRY_ASSIGN(const std::string frame, EncodeServerReady());
  SLIPWAY_TRY_ASSIGN(const std::string message, Call(kServerReadyMethod, frame));
  return DecodeServerReady(message);
}

Result<std::string> GrpcClient::Call(std::string_view method, const std::string& frame) {
  bool reused = connection_.has_value();
  while (true) {
    // Whatever fails from here on leaves no connection that could carry another call.
    std::optional<Connection> connection = std::exchange(connection_, std::nullopt);
    if (!connection) {
      Result<Connection> made = Connect();
      if (!made) return Annotate(made.error(), "server {}", authority_);
      connection = *std::move(made);
    }
    const Status exchanged = Exchange(*connection, method, frame);
    if (exchanged) {
      Result<std::string> message = connection->session->TakeMessage();
      if (connection->session->reusable()) connection_ = std::move(connection);
      return message;
    }
    // A server may close an idle connection just as it is used again; it has then seen nothing of
    // the request.
    const bool retry = reused && connection->session->untouched() &&
                       exchanged.error().code() == ErrorCode::kUnavailable;
    if (!retry) return Annotate(exchanged.error(), "server {}", authority_);
    reused = false;
  }
}

Result<GrpcClient::Connection> GrpcClient::Connect() const {
  SLIPWAY_TRY_ASSIGN(
      ClientSocket socket,
      ClientSocket::Connect(endpoint_, SystemClock().Now() + options_.connect_timeout));
  SLIPWAY_TRY_ASSIGN(std::unique_ptr<GrpcSession> session,
                     GrpcSession::Create(options_.max_response_bytes));
  return Connection{.socket = std::move(socket), .session = std::move(session)};
}

Status GrpcClient::Exchange(Connection& connection, std::string_view method,
                            const std::string& frame) const {
  const SteadyTime deadline = SystemClock().Now() + options_.call_timeout;
  GrpcSession& session = *connection.session;
  SLIPWAY_TRY(session.Start({.authority = authority_,
                             .method = method,
                             .frame = frame,
                             .timeout = options_.call_timeout}));
  SLIPWAY_TRY(SendOutput(connection, deadline));
  std::array<std::byte, kGrpcReadBytes> buffer;
  while (!session.done()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t size, connection.socket.Read(buffer, deadline));
    if (size == 0) {
      return MakeError(ErrorCode::kUnavailable, "the server closed the connection {}",
                       session.untouched() ? "without an answer" : "in the middle of its answer");
    }
    SLIPWAY_TRY(session.Receive(AsText(ByteView(buffer).first(size))));
    SLIPWAY_TRY(SendOutput(connection, deadline));
  }
  return session.CheckAnswered();
}

Status GrpcClient::SendOutput(Connection& connection, SteadyTime deadline) const {
  // One packet for what nghttp2 hands out in pieces, of which the last is a large one's data.
  std::string output;
  while (true) {
    SLIPWAY_TRY_ASSIGN(const std::string_view piece, connection.session->NextOutput());
    output += piece;
    if (piece.empty() || output.size() >= kGrpcReadBytes) {
      SLIPWAY_TRY(connection.socket.Write(output, deadline));
      output.clear();
    }
    if (piece.empty()) return {};
  }
}

}  // namespace slipway::api::client
