// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/metric_name.h"

#include <algorithm>

namespace slipway::metrics {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsLetterOrDigit(char c) { return IsLetter(c) || (c >= '0' && c <= '9'); }

}  // namespace

bool IsMetricName(std::string_view name) {
  const auto may_start = [](char c) { return IsLetter(c) || c == ':'; };
  const auto may_follow = [](char c) { return IsLetterOrDigit(c) || c == ':'; };
  return !name.empty() && may_start(name.front()) && std::ranges::all_of(name, may_follow);
}

bool IsLabelName(std::string_view name) {
  return !name.empty() && IsLetter(name.front()) && std::ranges::all_of(name, IsLetterOrDigit) &&
         name != "le" && name != "quantile";
}

}  // namespace slipway::metrics
