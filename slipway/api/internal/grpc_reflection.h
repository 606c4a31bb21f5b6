// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/grpc_stream.h"

#include <memory>
#include <string>
#include <utility>

namespace slipway::api {

/// ServerReflectionInfo, versions 1 and 1alpha, whose messages are the same on the wire: answers
/// each question about our services with their descriptions.
class GrpcReflectionStream final : public GrpcStream {
 public:
  explicit GrpcReflectionStream(GrpcStreamCall call) : GrpcStream(std::move(call)) {}

 private:
  void OnMessage(std::string framed) override;
};

}  // namespace slipway::api
