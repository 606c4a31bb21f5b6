// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace slipway::serving {

/// The fields that `config`, a ModelConfig message, sets and that have no effect, as paths:
/// "optimization.graph.level", "input[0].reshape.shape".
std::vector<std::string> UnusedFields(const google::protobuf::Message& config);

}  // namespace slipway::serving
