// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/json_elements.h"

#include "slipway/tensor/bytes_layout.h"
#include "slipway/tensor/shape.h"

#include <concepts>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slipway::api::client {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

Error BadElement(DataType dtype) {
  return InternalError("\"data\" has an element that is no {}", WireName(dtype));
}

template <typename T>
void AppendRaw(std::string& bytes, T element) {
  bytes.append(reinterpret_cast<const char*>(&element), sizeof(element));
}

template <std::floating_point T>
Status AppendNumber(value element, DataType dtype, std::string& bytes) {
  double number = 0;
  if (element.get_double().get(number) == simdjson::SUCCESS) {
    AppendRaw(bytes, static_cast<T>(number));
    return {};
  }
  if (!element.is_null()) return BadElement(dtype);
  AppendRaw(bytes, std::numeric_limits<T>::quiet_NaN());
  return {};
}

template <std::integral T>
Status AppendNumber(value element, DataType dtype, std::string& bytes) {
  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> number = 0;
  if (element.get(number) != simdjson::SUCCESS || !std::in_range<T>(number)) {
    return BadElement(dtype);
  }
  AppendRaw(bytes, static_cast<T>(number));
  return {};
}

Status AppendBool(value element, std::string& bytes) {
  bool flag = false;
  if (element.get(flag) != simdjson::SUCCESS) return BadElement(DataType::kBool);
  bytes += flag ? '\1' : '\0';
  return {};
}

Status AppendString(value element, std::string& bytes) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return BadElement(DataType::kBytes);
  return AppendBytesElement(bytes, text);
}

Status AppendElement(value element, DataType dtype, std::string& bytes) {
  switch (dtype) {
    case DataType::kBool:
      return AppendBool(element, bytes);
    case DataType::kUint8:
      return AppendNumber<std::uint8_t>(element, dtype, bytes);
    case DataType::kUint16:
      return AppendNumber<std::uint16_t>(element, dtype, bytes);
    case DataType::kUint32:
      return AppendNumber<std::uint32_t>(element, dtype, bytes);
    case DataType::kUint64:
      return AppendNumber<std::uint64_t>(element, dtype, bytes);
    case DataType::kInt8:
      return AppendNumber<std::int8_t>(element, dtype, bytes);
    case DataType::kInt16:
      return AppendNumber<std::int16_t>(element, dtype, bytes);
    case DataType::kInt32:
      return AppendNumber<std::int32_t>(element, dtype, bytes);
    case DataType::kInt64:
      return AppendNumber<std::int64_t>(element, dtype, bytes);
    case DataType::kFloat32:
      return AppendNumber<float>(element, dtype, bytes);
    case DataType::kFloat64:
      return AppendNumber<double>(element, dtype, bytes);
    case DataType::kBytes:
      return AppendString(element, bytes);
    default:
      return InternalError("{} came as JSON; ask for binary tensors", WireName(dtype));
  }
}

Status AppendArray(array data, DataType dtype, std::size_t depth, std::string& bytes) {
  if (depth > Shape::kMaxRank) {
    return InternalError("\"data\" is nested more than {} deep", Shape::kMaxRank);
  }
  for (simdjson::simdjson_result<value> item : data) {
    value element;
    array inner;
    if (item.get(element) != simdjson::SUCCESS) return InternalError("\"data\" is broken JSON");
    json_type type = json_type::null;
    if (element.type().get(type) != simdjson::SUCCESS) return BadElement(dtype);
    if (type != json_type::array) {
      SLIPWAY_TRY(AppendElement(element, dtype, bytes));
    } else if (element.get(inner) == simdjson::SUCCESS) {
      SLIPWAY_TRY(AppendArray(inner, dtype, depth + 1, bytes));
    } else {
      return InternalError("\"data\" is broken JSON");
    }
  }
  return {};
}

}  // namespace

Status AppendJsonElements(array data, DataType dtype, std::string& bytes) {
  return AppendArray(data, dtype, 1, bytes);
}

}  // namespace slipway::api::client
