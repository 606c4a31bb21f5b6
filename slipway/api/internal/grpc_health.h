// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/grpc_stream.h"
#include "slipway/api/proto/health.pb.h"
#include "slipway/serving/inference_service.h"

#include <optional>
#include <string>
#include <utility>

namespace slipway::api {

/// How `name` is: the empty name and those of our services mean the whole server, any other is that
/// of a model. kNotFound if there is none.
Result<grpc::health::v1::HealthCheckResponse::ServingStatus> HealthOf(
    const serving::InferenceService& service, const std::string& name);

/// grpc.health.v1.Health/Watch: says how a service is, and again each time that changes.
class GrpcHealthWatch final : public GrpcStream {
 public:
  /// `service` outlives the stream.
  GrpcHealthWatch(const serving::InferenceService& service, GrpcStreamCall call)
      : GrpcStream(std::move(call)), service_(service) {}

 private:
  void OnMessage(std::string framed) override;
  void OnTime() override;
  bool IsOverWithRequests() const override { return !name_; }

  const serving::InferenceService& service_;
  std::optional<std::string> name_;
  std::optional<grpc::health::v1::HealthCheckResponse::ServingStatus> said_;
};

}  // namespace slipway::api
