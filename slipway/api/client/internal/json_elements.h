// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/data_type.h"

#include <simdjson.h>

#include <string>

namespace slipway::api::client {

/// Appends the elements of `data`, a flat or nested array, to `bytes` as a tensor of `dtype` has
/// them. A `null` is NaN in a floating-point tensor. kInternal for a value that `dtype` cannot hold
/// exactly and for types that JSON does not carry.
Status AppendJsonElements(simdjson::ondemand::array data, DataType dtype, std::string& bytes);

}  // namespace slipway::api::client
