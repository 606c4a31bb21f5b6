// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_health.h"

#include "slipway/api/internal/grpc_descriptors.h"
#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/base/ids.h"

#include <algorithm>
#include <vector>

namespace slipway::api {
namespace {

using grpc::health::v1::HealthCheckResponse;

bool IsServer(const std::string& name) {
  static const std::vector<std::string> services = GrpcServiceNames();
  return name.empty() || std::ranges::count(services, name) > 0;
}

HealthCheckResponse::ServingStatus StatusOf(bool ready) {
  return ready ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

}  // namespace

Result<HealthCheckResponse::ServingStatus> HealthOf(const serving::InferenceService& service,
                                                    const std::string& name) {
  if (IsServer(name)) return StatusOf(service.IsReady());
  const Result<ModelName> model = ModelName::Parse(name);
  if (model) {
    const Result<bool> ready = service.IsModelReady(*model, std::nullopt);
    if (ready) return StatusOf(*ready && service.IsReady());
  }
  return NotFound("service {:?} is unknown", std::string_view(name).substr(0, kShownLength));
}

void GrpcHealthWatch::OnMessage(std::string framed) {
  const auto request = ParseGrpcMessage<grpc::health::v1::HealthCheckRequest>(framed);
  if (!request) return Fail(request.error());
  if (name_) return Fail(InvalidArgument("Watch takes one request, got another"));
  name_ = request->service();
  OnTime();
}

void GrpcHealthWatch::OnTime() {
  if (!name_) return;
  const auto status = HealthOf(service_, *name_).value_or(HealthCheckResponse::SERVICE_UNKNOWN);
  if (said_ == status) return;
  said_ = status;
  HealthCheckResponse response;
  response.set_status(status);
  Send(FrameGrpcMessage(response.SerializeAsString()));
}

}  // namespace slipway::api
