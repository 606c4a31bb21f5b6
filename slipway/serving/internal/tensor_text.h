// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/tensor.h"

#include <string>

namespace slipway::serving {

/// The elements of `tensor`, whose byte count is right, with commas between them: "1,2.5,-3". Those
/// of kBytes stand in quotes, escaped as in JSON. Types that the wire does not know give "".
std::string TensorText(const TensorView& tensor);

}  // namespace slipway::serving
