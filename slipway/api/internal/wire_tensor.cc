// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/wire_tensor.h"

#include "slipway/api/internal/shown_length.h"

#include <algorithm>
#include <optional>

namespace slipway::api {
Status CheckWireTensor(const TensorView& tensor) {
  SLIPWAY_TRY(CheckByteCount(tensor));
  if (tensor.dtype != DataType::kBool) return {};
  const auto wrong =
      std::ranges::find_if(tensor.bytes, [](std::byte b) { return b > std::byte{1}; });
  if (wrong == tensor.bytes.end()) return {};
  return InvalidArgument("BOOL element {} is {}: 0 or 1 is allowed", wrong - tensor.bytes.begin(),
                         std::to_integer<int>(*wrong));
}

Result<DataType> ParseWireType(std::string_view name) {
  const std::optional<DataType> type = DataTypeFromWireName(name);
  if (!type) return InvalidArgument("datatype {:?} is unknown", name.substr(0, kShownLength));
  return *type;
}

Status AddInput(std::vector<serving::InputTensor>& inputs, serving::InputTensor input) {
  if (inputs.size() == kMaxTensorsPerRequest) {
    return InvalidArgument("a request has at most {} inputs", kMaxTensorsPerRequest);
  }
  if (std::ranges::find(inputs, input.name, &serving::InputTensor::name) != inputs.end()) {
    return InvalidArgument("input {:?} is given twice", input.name.substr(0, kShownLength));
  }
  inputs.push_back(std::move(input));
  return {};
}

Status AddOutput(std::vector<std::string>& outputs, std::string name) {
  if (outputs.size() == kMaxTensorsPerRequest) {
    return InvalidArgument("a request asks for at most {} outputs", kMaxTensorsPerRequest);
  }
  if (std::ranges::find(outputs, name) != outputs.end()) {
    return InvalidArgument("output {:?} is asked for twice", name.substr(0, kShownLength));
  }
  outputs.push_back(std::move(name));
  return {};
}

}  // namespace slipway::api
