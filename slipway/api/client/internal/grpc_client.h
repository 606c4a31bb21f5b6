// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/api/client/internal/client_socket.h"
#include "slipway/api/client/internal/endpoint.h"
#include "slipway/api/client/internal/grpc_session.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::api::client {

/// Calls a server over gRPC, on one connection that it keeps.
class GrpcClient final : public InferClient {
 public:
  GrpcClient(Endpoint endpoint, const ClientOptions& options)
      : endpoint_(std::move(endpoint)), authority_(Authority(endpoint_)), options_(options) {}

  Result<ModelDescription> Metadata(std::string_view model, std::string_view version) override;
  Result<InferAnswer> Infer(const InferCall& call) override;
  Result<bool> Ready() override;

 private:
  struct Connection {
    ClientSocket socket;
    std::unique_ptr<GrpcSession> session;
  };

  /// Calls `method` with `frame` and returns the message that came back.
  Result<std::string> Call(std::string_view method, const std::string& frame);
  Result<Connection> Connect() const;
  Status Exchange(Connection& connection, std::string_view method, const std::string& frame) const;
  Status SendOutput(Connection& connection, SteadyTime deadline) const;

  const Endpoint endpoint_;
  const std::string authority_;
  const ClientOptions options_;
  std::optional<Connection> connection_;
};

}  // namespace slipway::api::client
