// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coding_method.h"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::codebook {
namespace {

constexpr std::array<std::pair<CodingMethod, std::string_view>, 6> kNames = {
    {{CodingMethod::kUniform, "uniform"},
     {CodingMethod::kPowerOfTwo, "log2"},
     {CodingMethod::kAdditivePowerOfTwo, "apot"},
     {CodingMethod::kCodebook, "codebook"},
     {CodingMethod::kProduct, "pq"},
     {CodingMethod::kResidual, "residual"}}};

}  // namespace

std::string_view CodingMethodName(CodingMethod method) {
  return std::ranges::find(kNames, method, &decltype(kNames)::value_type::first)->second;
}

Result<CodingMethod> ParseCodingMethod(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::second);
  if (found != kNames.end()) return found->first;
  return InvalidArgument(
      "unknown method \"{}\": want uniform, log2, apot, codebook, pq or residual", name);
}

}  // namespace slipway::codebook
