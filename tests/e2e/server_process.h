// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace slipway::e2e {

/// The built binary serving a model repository on free ports of loopback, ended with this object.
class ServerProcess {
 public:
  /// Starts the server and returns when it has printed its ports. kUnavailable if it ends instead.
  static Result<std::unique_ptr<ServerProcess>> Start(const std::filesystem::path& repository);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// "host:port" of each front.
  const std::string& http_address() const { return http_address_; }
  const std::string& grpc_address() const { return grpc_address_; }

 private:
  explicit ServerProcess(pid_t id) : id_(id) {}

  pid_t id_;
  std::string http_address_;
  std::string grpc_address_;
};

}  // namespace slipway::e2e
