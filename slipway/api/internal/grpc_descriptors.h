// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// The services that are served, by their full names.
std::vector<std::string> GrpcServiceNames();

/// The description of the file called `name`, and of those it needs, as serialized
/// FileDescriptorProto messages. kNotFound if it describes nothing that is served.
Result<std::vector<std::string>> GrpcFileNamed(std::string_view name);
/// The same for the file that defines `symbol`, a service, a method, a message or a field with its
/// full name.
Result<std::vector<std::string>> GrpcFileWithSymbol(std::string_view symbol);
/// kNotFound unless `type` is a message that is served; it has no extensions.
Status CheckGrpcType(std::string_view type);

}  // namespace slipway::api
