// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/infer_client.h"

#include "slipway/api/client/internal/endpoint.h"
#include "slipway/api/client/internal/grpc_client.h"
#include "slipway/api/client/internal/rest_client.h"

#include <algorithm>

namespace slipway::api::client {

const Tensor* InferAnswer::Find(std::string_view name) const {
  const auto found = std::ranges::find(outputs, name, &OutputTensor::name);
  return found == outputs.end() ? nullptr : &found->tensor;
}

Result<std::unique_ptr<InferClient>> InferClient::Create(std::string_view url,
                                                         const ClientOptions& options) {
  SLIPWAY_TRY_ASSIGN(Endpoint endpoint, ParseEndpoint(url));
  if (endpoint.protocol == Protocol::kRest) {
    return std::make_unique<RestClient>(std::move(endpoint), options);
  }
  return std::make_unique<GrpcClient>(std::move(endpoint), options);
}

}  // namespace slipway::api::client
