// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/server_address.h"

#include "slipway/base/format.h"
#include "slipway/base/json_writer.h"

namespace slipway::app {

std::string AddressText(const ServerAddress& address) {
  return fmt::format(
      "REST     http://{0}:{1}/v2\n"
      "gRPC     {0}:{2}\n"
      "metrics  http://{0}:{3}/metrics\n",
      address.host, address.ports.http, address.ports.grpc, address.ports.metrics);
}

std::string AddressJson(const ServerAddress& address) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.serve/1").Key("host").String(address.host);
  json.Key("http_port").Number(address.ports.http).Key("grpc_port").Number(address.ports.grpc);
  json.Key("metrics_port").Number(address.ports.metrics).EndObject();
  return json.Take();
}

}  // namespace slipway::app
