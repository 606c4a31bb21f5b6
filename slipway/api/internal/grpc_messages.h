// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/base/ids.h"
#include "slipway/base/result.h"

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// Reads `framed`, one whole message that is not compressed. kInvalidArgument with the type's name
/// if that is not what it is.
Status ParseGrpcMessageInto(std::string_view framed, google::protobuf::Message& message);

template <typename Message>
Result<Message> ParseGrpcMessage(std::string_view framed) {
  Message message;
  SLIPWAY_TRY(ParseGrpcMessageInto(framed, message));
  return message;
}

/// `message`, serialized, with its prefix.
std::vector<BodyPart> FrameGrpcMessage(std::string_view message);

/// The version that a message names; absent if it leaves the choice to the model's policy.
Result<std::optional<VersionId>> VersionInMessage(const std::string& text);

}  // namespace slipway::api
