// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_codec.h"
#include "slipway/base/json_writer.h"
#include "slipway/base/utf8.h"
#include "slipway/tensor/bytes_layout.h"

#include <cstring>

namespace slipway::api::client {
namespace {

// RFC 3986: all but unreserved characters.
void AppendPercentEncoded(std::string& out, std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

// The bytes of a view may lie anywhere, so elements are copied out one at a time.
template <typename T>
Status WriteNumbers(JsonWriter& json, ByteView bytes) {
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof(T));
    json.Number(value);
  }
  return {};
}

Status WriteStrings(JsonWriter& json, const TensorView& tensor) {
  SLIPWAY_TRY_ASSIGN(const std::vector<std::string_view> elements,
                     SplitBytesElements(tensor.bytes, tensor.shape.element_count()));
  for (const std::string_view element : elements) {
    if (!IsUtf8(element)) {
      return InvalidArgument(
          "an element is not UTF-8, which JSON cannot carry; use binary tensors");
    }
    json.String(element);
  }
  return {};
}

Status WriteElements(JsonWriter& json, const TensorView& tensor) {
  const ByteView bytes = tensor.bytes;
  switch (tensor.dtype) {
    case DataType::kBool:
      for (const std::byte element : bytes) json.Bool(element != std::byte{0});
      return {};
    case DataType::kUint8:
      return WriteNumbers<std::uint8_t>(json, bytes);
    case DataType::kUint16:
      return WriteNumbers<std::uint16_t>(json, bytes);
    case DataType::kUint32:
      return WriteNumbers<std::uint32_t>(json, bytes);
    case DataType::kUint64:
      return WriteNumbers<std::uint64_t>(json, bytes);
    case DataType::kInt8:
      return WriteNumbers<std::int8_t>(json, bytes);
    case DataType::kInt16:
      return WriteNumbers<std::int16_t>(json, bytes);
    case DataType::kInt32:
      return WriteNumbers<std::int32_t>(json, bytes);
    case DataType::kInt64:
      return WriteNumbers<std::int64_t>(json, bytes);
    case DataType::kFloat32:
      return WriteNumbers<float>(json, bytes);
    case DataType::kFloat64:
      return WriteNumbers<double>(json, bytes);
    case DataType::kBytes:
      return WriteStrings(json, tensor);
    default:
      return InvalidArgument("JSON carries no {}; use binary tensors", DataTypeName(tensor.dtype));
  }
}

Status WriteInput(JsonWriter& json, const InputTensor& input, TensorEncoding encoding) {
  SLIPWAY_TRY(CheckByteCount(input.tensor));
  const std::string_view datatype = WireName(input.tensor.dtype);
  if (datatype.empty()) {
    return InvalidArgument("KServe v2 carries no {}", DataTypeName(input.tensor.dtype));
  }
  json.BeginObject().Key("name").String(input.name).Key("shape").BeginArray();
  for (const std::int64_t size : input.tensor.shape.sizes()) json.Number(size);
  json.EndArray().Key("datatype").String(datatype);
  if (encoding == TensorEncoding::kBinary) {
    json.Key("parameters").BeginObject();
    json.Key("binary_data_size").Number(input.tensor.bytes.size()).EndObject();
  } else {
    json.Key("data").BeginArray();
    SLIPWAY_TRY(WriteElements(json, input.tensor));
    json.EndArray();
  }
  json.EndObject();
  return {};
}

Result<std::string> InferJson(const InferCall& call, TensorEncoding encoding) {
  JsonWriter json;
  json.BeginObject();
  if (!call.id.empty()) json.Key("id").String(call.id);
  if (encoding == TensorEncoding::kBinary) {
    json.Key("parameters").BeginObject().Key("binary_data_output").Bool(true).EndObject();
  }
  json.Key("inputs").BeginArray();
  for (const InputTensor& input : call.inputs) {
    const Status written = WriteInput(json, input, encoding);
    if (!written) return Annotate(written.error(), "input \"{}\"", input.name);
  }
  json.EndArray();
  if (!call.outputs.empty()) {
    json.Key("outputs").BeginArray();
    for (const std::string& name : call.outputs) {
      json.BeginObject().Key("name").String(name).EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
  return json.Take();
}

}  // namespace

std::string EncodeGet(std::string_view authority, std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, authority);
}

std::string ModelPath(std::string_view model, std::string_view version) {
  std::string path = "/v2/models/";
  AppendPercentEncoded(path, model);
  if (!version.empty()) {
    path += "/versions/";
    AppendPercentEncoded(path, version);
  }
  return path;
}

Result<std::string> EncodeInferRequest(const InferCall& call, TensorEncoding encoding,
                                       std::string_view authority) {
  SLIPWAY_TRY_ASSIGN(const std::string json, InferJson(call, encoding));
  const bool binary = encoding == TensorEncoding::kBinary;
  std::size_t body_bytes = json.size();
  if (binary) {
    for (const InputTensor& input : call.inputs) body_bytes += input.tensor.bytes.size();
  }
  std::string request = fmt::format(
      "POST {}/infer HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
      ModelPath(call.model, call.version), authority,
      binary ? "application/octet-stream" : "application/json", body_bytes);
  if (binary) request += fmt::format("Inference-Header-Content-Length: {}\r\n", json.size());
  request += "\r\n";
  request.reserve(request.size() + body_bytes);
  request += json;
  if (binary) {
    for (const InputTensor& input : call.inputs) request += AsText(input.tensor.bytes);
  }
  return request;
}

}  // namespace slipway::api::client
