// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/json_reader.h"
#include "slipway/base/result.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// Reads a body that is one JSON object, or nothing at all: calls `read(reader, key)`, which reads
/// the value and returns a `Status`, for each member.
template <typename Read>
Status ReadJsonBody(const std::string& body, Read read) {
  if (body.find_first_not_of(" \t\r\n") == body.npos) return {};
  JsonReader reader(body, body.size());
  SLIPWAY_TRY(
      reader.ForEachMember([&](std::string_view key) -> Status { return read(reader, key); }));
  return reader.ReadEnd();
}

}  // namespace slipway::api
