// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/served_specs.h"

namespace slipway::app {

std::vector<runtime::TensorSpec> SpecsOf(
    const std::vector<api::client::TensorDescription>& tensors) {
  std::vector<runtime::TensorSpec> specs;
  specs.reserve(tensors.size());
  for (const api::client::TensorDescription& tensor : tensors) {
    specs.push_back({.name = tensor.name, .dtype = tensor.dtype, .shape = tensor.shape});
  }
  return specs;
}

}  // namespace slipway::app
