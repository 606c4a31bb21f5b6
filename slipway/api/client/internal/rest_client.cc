// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_client.h"

#include "slipway/base/bytes.h"

#include <array>

namespace slipway::api::client {
namespace {

constexpr std::size_t kRestReadBytes = 64 * 1024;

}  // namespace

Result<ModelDescription> RestClient::Metadata(std::string_view model, std::string_view version) {
  SLIPWAY_TRY_ASSIGN(const RestAnswer answer,
                     Exchange(EncodeGet(authority_, ModelPath(model, version))));
  return DecodeMetadata(answer);
}

Result<InferAnswer> RestClient::Infer(const InferCall& call) {
  SLIPWAY_TRY_ASSIGN(const std::string request,
                     EncodeInferRequest(call, options_.encoding, authority_));
  SLIPWAY_TRY_ASSIGN(const RestAnswer answer, Exchange(request));
  return DecodeInferAnswer(answer);
}

Result<bool> RestClient::Ready() {
  SLIPWAY_TRY_ASSIGN(const RestAnswer answer, Exchange(EncodeGet(authority_, "/v2/health/ready")));
  if (answer.status == 200) return true;
  // Triton says 400, others 503, when they are not ready.
  if (answer.status == 400 || answer.status == 503) return false;
  return ErrorOf(answer);
}

Result<RestAnswer> RestClient::Exchange(std::string_view request) {
  const bool reused = socket_.has_value();
  Status exchanged = TryExchange(request);
  // A server may close an idle connection just as it is used again; it has then seen nothing of the
  // request.
  if (!exchanged && reused && reader_.untouched() &&
      exchanged.error().code() == ErrorCode::kUnavailable) {
    exchanged = TryExchange(request);
  }
  if (!exchanged) return Annotate(exchanged.error(), "server {}", authority_);
  return RestAnswer{
      .status = reader_.head().status, .json_size = reader_.head().json_size, .body = body_};
}

Status RestClient::TryExchange(std::string_view request) {
  // Whatever fails from here on leaves no connection that could carry another call.
  std::optional<ClientSocket> socket = std::exchange(socket_, std::nullopt);
  reader_.Reset();
  body_.clear();
  if (!socket) {
    SLIPWAY_TRY_ASSIGN(
        socket, ClientSocket::Connect(endpoint_, SystemClock().Now() + options_.connect_timeout));
  }
  const SteadyTime deadline = SystemClock().Now() + options_.call_timeout;
  SLIPWAY_TRY(socket->Write(request, deadline));
  SLIPWAY_TRY(Receive(*socket, deadline));
  if (reader_.head().keeps_connection) socket_ = std::move(socket);
  return {};
}

Status RestClient::Receive(ClientSocket& socket, SteadyTime deadline) {
  std::array<std::byte, kRestReadBytes> buffer;
  while (!reader_.done()) {
    SLIPWAY_TRY_ASSIGN(const std::size_t size, socket.Read(buffer, deadline));
    if (size == 0) return reader_.TakeEnd();
    SLIPWAY_TRY(TakeBytes(AsText(ByteView(buffer).first(size))));
  }
  return {};
}

Status RestClient::TakeBytes(std::string_view bytes) {
  while (!bytes.empty() && !reader_.done()) {
    SLIPWAY_TRY_ASSIGN(const HttpProgress progress, reader_.Take(bytes));
    body_ += progress.body;
    bytes.remove_prefix(progress.used);
  }
  if (bytes.empty()) return {};
  return InternalError("{} bytes follow the answer", bytes.size());
}

}  // namespace slipway::api::client
