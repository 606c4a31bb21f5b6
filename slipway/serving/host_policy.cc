// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/host_policy.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace slipway::serving {
namespace {

constexpr std::string_view kCores = "cpu-cores";

/// The part of `text` in front of `separator`, which is taken off `text` together with it.
std::string_view TakeUntil(char separator, std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::optional<int> ReadCore(std::string_view text) {
  int core = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), core);
  const bool is_core =
      error == std::errc() && end == text.data() + text.size() && core >= 0 && core < CPU_SETSIZE;
  return is_core ? std::optional(core) : std::nullopt;
}

/// Reads a core, or a range of them.
Status AddCores(std::string_view text, std::vector<int>& cores) {
  std::string_view rest = text;
  const std::optional<int> first = ReadCore(TakeUntil('-', rest));
  const std::optional<int> last = text.contains('-') ? ReadCore(rest) : first;
  if (!first || !last || *last < *first) {
    return InvalidArgument("host policy: {:?} is not a core, or a range of cores as 0-3", text);
  }
  for (int core = *first; core <= *last; ++core) cores.push_back(core);
  return {};
}

}  // namespace

Status AddHostPolicy(std::string_view text, HostPolicies& policies) {
  std::string_view settings = text;
  const std::string_view name = TakeUntil(',', settings);
  const std::string_view key = TakeUntil('=', settings);
  if (name.empty() || settings.empty()) {
    return InvalidArgument("host policy {:?}: want a name, a comma and cpu-cores=0-3", text);
  }
  if (key != kCores) {
    return MakeError(ErrorCode::kUnimplemented, "host policy {:?}: {} is not supported, {} is",
                     name, key, kCores);
  }
  std::vector<int> cores;
  while (!settings.empty()) SLIPWAY_TRY(AddCores(TakeUntil(',', settings), cores));
  std::ranges::sort(cores);
  const auto repeated = std::ranges::unique(cores);
  cores.erase(repeated.begin(), repeated.end());
  policies.insert_or_assign(std::string(name), HostPolicy{.cpu_cores = std::move(cores)});
  return {};
}

}  // namespace slipway::serving
