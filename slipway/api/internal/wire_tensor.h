// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"
#include "slipway/tensor/tensor.h"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// Most inputs or requested outputs of one request: far more than models have, and few enough that
/// looking for duplicates costs nothing.
inline constexpr std::size_t kMaxTensorsPerRequest = 512;

/// What the inputs of a decoded request point into.
struct RequestStorage {
  std::string body;             ///< As it came: raw tensor bytes are used where they lie.
  std::vector<Tensor> tensors;  ///< Those that had to be converted.
};

/// Checks raw bytes of a client: their count, the layout of BYTES, and that BOOL is 0 or 1.
Status CheckWireTensor(const TensorView& tensor);

/// The type that clients call `name`. kInvalidArgument if there is none.
Result<DataType> ParseWireType(std::string_view name);

/// Adds an input. kInvalidArgument if there is one of that name, or too many.
Status AddInput(std::vector<serving::InputTensor>& inputs, serving::InputTensor input);
/// Adds the name of a wanted output. kInvalidArgument if it is there already, or too many.
Status AddOutput(std::vector<std::string>& outputs, std::string name);

}  // namespace slipway::api
