// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::serving {

/// Where the threads of instance groups run, by the name that the groups give in `host_policy`.
/// A group without one has "cpu", or "model" if it is of KIND_MODEL.
struct HostPolicy {
  std::vector<int> cpu_cores = {};  ///< Ascending; empty: all that the process may use.
};
using HostPolicies = std::map<std::string, HostPolicy, std::less<>>;

/// Adds what `text` says, in Triton's form "name,cpu-cores=0-3,8". kInvalidArgument if it is not of
/// this form, kUnimplemented for other settings than cpu-cores.
Status AddHostPolicy(std::string_view text, HostPolicies& policies);

}  // namespace slipway::serving
