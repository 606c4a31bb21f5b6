// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/answer_text.h"

#include "slipway/app/table.h"
#include "slipway/base/json_writer.h"

#include <algorithm>

namespace slipway::app {
namespace {

template <typename T>
void WriteNumbers(const Tensor& tensor, JsonWriter& json) {
  for (const T element : tensor.elements<T>()) json.Number(element);
}

/// Writes the elements of the types that JSON numbers can hold; the others stay out.
void WriteElements(const Tensor& tensor, JsonWriter& json) {
  switch (tensor.dtype()) {
    case DataType::kFloat32:
      return WriteNumbers<float>(tensor, json);
    case DataType::kFloat64:
      return WriteNumbers<double>(tensor, json);
    case DataType::kInt64:
      return WriteNumbers<std::int64_t>(tensor, json);
    case DataType::kInt32:
      return WriteNumbers<std::int32_t>(tensor, json);
    case DataType::kInt8:
      return WriteNumbers<std::int8_t>(tensor, json);
    case DataType::kUint8:
      return WriteNumbers<std::uint8_t>(tensor, json);
    default:
      return;
  }
}

bool HasClasses(const Tensor& tensor) {
  return tensor.dtype() == DataType::kFloat32 && tensor.shape().rank() == 2 &&
         tensor.shape()[1] > 0;
}

}  // namespace

std::string AnswerJson(const api::client::InferAnswer& answer) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.infer/1");
  json.Key("model").String(answer.model).Key("version").String(answer.version);
  json.Key("outputs").BeginArray();
  for (const api::client::OutputTensor& output : answer.outputs) {
    json.BeginObject().Key("name").String(output.name);
    json.Key("dtype").String(DataTypeName(output.tensor.dtype()));
    json.Key("shape").Raw(ToString(output.tensor.shape()));
    json.Key("data").BeginArray();
    WriteElements(output.tensor, json);
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

std::string AnswerTable(const api::client::InferAnswer& answer, std::size_t first,
                        const Terminal& terminal) {
  Table table({{"sample"}, {"output", Table::Align::kLeft}, {"class"}, {"score"}});
  for (const api::client::OutputTensor& output : answer.outputs) {
    if (!HasClasses(output.tensor)) {
      table.AddRow({"all", output.name, std::string(DataTypeName(output.tensor.dtype())),
                    ToString(output.tensor.shape())});
      continue;
    }
    const auto classes = static_cast<std::size_t>(output.tensor.shape()[1]);
    std::span<const float> rest = output.tensor.elements<float>();
    for (std::size_t i = first; !rest.empty(); ++i, rest = rest.subspan(classes)) {
      const auto best = std::ranges::max_element(rest.first(classes));
      table.AddRow({fmt::format("{}", i), output.name, fmt::format("{}", best - rest.begin()),
                    fmt::format("{:.4f}", *best)});
    }
  }
  return table.Render(terminal.is_interactive() ? TableStyle::kColoured : TableStyle::kTabs);
}

}  // namespace slipway::app
