// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <string>

namespace slipway::api {

/// Appends the elements of `tensor` to `out` as one flat JSON array: floats as the shortest decimal
/// that reads back as the same number, integers exact, BYTES as strings.
///
/// kInvalidArgument for what JSON cannot carry (NaN, infinities, BYTES that are not UTF-8), with
/// the way out: to ask for the output as binary data. `out` then holds a part of the array.
Status AppendJsonTensor(std::string& out, const TensorView& tensor);

}  // namespace slipway::api
