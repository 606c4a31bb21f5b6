// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/server.h"

#include <string>

namespace slipway::app {

/// Where a server listens.
struct ServerAddress {
  std::string host;
  api::ServerPorts ports;
};

/// A line for each port, for people.
std::string AddressText(const ServerAddress& address);
/// One JSON object; docs/formats/command-output.md has its schema.
std::string AddressJson(const ServerAddress& address);

}  // namespace slipway::app
