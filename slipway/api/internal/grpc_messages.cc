// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_messages.h"

#include <utility>

namespace slipway::api {

Status ParseGrpcMessageInto(std::string_view framed, google::protobuf::Message& message) {
  SLIPWAY_TRY_ASSIGN(const std::string_view bytes, UnframeGrpcMessage(framed));
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return InvalidArgument("the message is not a valid {}", message.GetTypeName());
}

std::vector<BodyPart> FrameGrpcMessage(std::string_view message) {
  std::string framed(kGrpcPrefixBytes, '\0');
  framed += message;
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(message.size()));
  std::vector<BodyPart> body;
  body.emplace_back(std::move(framed));
  return body;
}

Result<std::optional<VersionId>> VersionInMessage(const std::string& text) {
  if (text.empty()) return std::optional<VersionId>();
  SLIPWAY_TRY_ASSIGN(const VersionId version, VersionId::Parse(text));
  return std::optional(version);
}

}  // namespace slipway::api
