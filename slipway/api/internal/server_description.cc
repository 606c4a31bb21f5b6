// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/server_description.h"

namespace slipway::api {

std::vector<std::string_view> ExtensionsOf(const FrontParts& parts) {
  std::vector<std::string_view> extensions = {"binary_tensor_data", "classification", "parameters",
                                              "schedule_policy", "logging"};
  if (parts.administration != nullptr) {
    extensions.insert(extensions.end(), {"model_repository", "model_repository(unload_dependents)",
                                         "model_configuration", "statistics"});
  }
  if (parts.traces != nullptr) extensions.emplace_back("trace");
  if (parts.regions != nullptr) extensions.emplace_back("system_shared_memory");
  return extensions;
}

std::string_view ServerVersion() { return SLIPWAY_VERSION; }

}  // namespace slipway::api
