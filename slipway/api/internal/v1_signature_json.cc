// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_signature_json.h"

#include "slipway/base/json_writer.h"

#include <string_view>

namespace slipway::api {
namespace {

std::string_view TensorFlowName(DataType dtype) {
  switch (dtype) {
    case DataType::kBool:
      return "DT_BOOL";
    case DataType::kUint8:
      return "DT_UINT8";
    case DataType::kUint16:
      return "DT_UINT16";
    case DataType::kUint32:
      return "DT_UINT32";
    case DataType::kUint64:
      return "DT_UINT64";
    case DataType::kInt8:
      return "DT_INT8";
    case DataType::kInt16:
      return "DT_INT16";
    case DataType::kInt32:
      return "DT_INT32";
    case DataType::kInt64:
      return "DT_INT64";
    case DataType::kFloat16:
      return "DT_HALF";
    case DataType::kBfloat16:
      return "DT_BFLOAT16";
    case DataType::kFloat32:
      return "DT_FLOAT";
    case DataType::kFloat64:
      return "DT_DOUBLE";
    case DataType::kBytes:
      return "DT_STRING";
    default:
      return "DT_INVALID";
  }
}

void WriteTensors(JsonWriter& json, std::string_view key,
                  const std::vector<runtime::TensorSpec>& tensors) {
  json.Key(key).BeginObject();
  for (const runtime::TensorSpec& tensor : tensors) {
    json.Key(tensor.name).BeginObject();
    json.Key("dtype").String(TensorFlowName(tensor.dtype));
    json.Key("tensor_shape").BeginObject().Key("dim").BeginArray();
    for (const std::int64_t size : tensor.shape) {
      // A text, because it is an int64.
      json.BeginObject()
          .Key("size")
          .String(std::to_string(size))
          .Key("name")
          .String("")
          .EndObject();
    }
    json.EndArray().Key("unknown_rank").Bool(false).EndObject();
    json.Key("name").String(tensor.name).EndObject();
  }
  json.EndObject();
}

}  // namespace

std::string V1SignatureJson(const serving::ModelMetadata& metadata, VersionId version) {
  JsonWriter json;
  json.BeginObject().Key("model_spec").BeginObject();
  json.Key("name").String(metadata.name.text());
  json.Key("signature_name").String("").Key("version").String(ToString(version)).EndObject();
  json.Key("metadata").BeginObject().Key("signature_def").BeginObject();
  json.Key("signature_def").BeginObject().Key("serving_default").BeginObject();
  WriteTensors(json, "inputs", metadata.inputs);
  WriteTensors(json, "outputs", metadata.outputs);
  json.Key("method_name").String("tensorflow/serving/predict");
  json.EndObject().EndObject().EndObject().EndObject().EndObject();
  return json.Take();
}

}  // namespace slipway::api
