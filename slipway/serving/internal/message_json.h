// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace slipway::serving {

/// `message` as JSON with the names of its fields as they are in the .proto file, enumerators by
/// name and 64-bit numbers as numbers, as Triton writes configurations. Scalars, lists and maps are
/// written even if they are not set; messages and members of a oneof only if they are. Bytes fields
/// are written as text.
std::string MessageJson(const google::protobuf::Message& message);

}  // namespace slipway::serving
