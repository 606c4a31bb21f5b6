// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/json_tensor_reader.h"
#include "slipway/base/check.h"

#include <simdjson.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

/// Appends the numbers of `element`, nested arrays included; false if there is anything else.
bool AppendNumbers(const simdjson::dom::element& element, std::vector<double>& numbers) {
  simdjson::dom::array array;
  if (element.get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element child : array) {
      if (!AppendNumbers(child, numbers)) return false;
    }
    return true;
  }
  return element.get(numbers.emplace_back()) == simdjson::SUCCESS;
}

/// Checks that the numbers of an array are those that simdjson reads, bit for bit.
void CheckNumbers(const simdjson::dom::element& element, const std::string& text) {
  std::vector<double> wanted;
  if (!element.is_array() || !AppendNumbers(element, wanted)) return;
  JsonReader reader(text, text.size());
  const Result<Tensor> tensor =
      ReadJsonTensor(reader, DataType::kFloat64, {static_cast<std::int64_t>(wanted.size())});
  SLIPWAY_CHECK(tensor.has_value());
  const std::span<const double> numbers = tensor->elements<double>();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    // simdjson reads -0 as the integer 0.
    SLIPWAY_CHECK(numbers[i] == wanted[i]);
  }
}

/// Checks that what one reader takes the other takes too.
void Run(std::string_view input) {
  const std::string text(input);
  JsonReader reader(text, text.size());
  const bool ours = reader.SkipValue().has_value() && reader.ReadEnd().has_value();
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  const simdjson::error_code error = parser.parse(text).get(element);
  if (ours) {
    // simdjson also refuses numbers that fit no type; a tensor's type decides that here.
    SLIPWAY_CHECK(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR);
    if (error == simdjson::SUCCESS) CheckNumbers(element, text);
  } else if (error == simdjson::SUCCESS) {
    const std::string message = JsonReader(text, text.size()).SkipValue().error().message();
    SLIPWAY_CHECK(message.contains("levels") || message.contains("surrogate"));
  }
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
