// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/api/client/internal/client_socket.h"
#include "slipway/api/client/internal/endpoint.h"
#include "slipway/api/client/internal/http_response_reader.h"
#include "slipway/api/client/internal/rest_codec.h"

#include <optional>
#include <string>
#include <utility>

namespace slipway::api::client {

/// Calls a server over HTTP/1.1, on one connection that it keeps.
class RestClient final : public InferClient {
 public:
  RestClient(Endpoint endpoint, const ClientOptions& options)
      : endpoint_(std::move(endpoint)),
        authority_(Authority(endpoint_)),
        options_(options),
        reader_(options.max_response_bytes) {}

  Result<ModelDescription> Metadata(std::string_view model, std::string_view version) override;
  Result<InferAnswer> Infer(const InferCall& call) override;
  Result<bool> Ready() override;

 private:
  /// Sends `request` and waits for its answer, which is valid until the next call.
  Result<RestAnswer> Exchange(std::string_view request);
  Status TryExchange(std::string_view request);
  Status Receive(ClientSocket& socket, SteadyTime deadline);
  Status TakeBytes(std::string_view bytes);

  const Endpoint endpoint_;
  const std::string authority_;
  const ClientOptions options_;
  std::optional<ClientSocket> socket_;
  HttpResponseReader reader_;
  std::string body_;
};

}  // namespace slipway::api::client
