// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slipway::api {

/// The `components` of the OpenAPI document: what bodies and answers look like.
inline constexpr std::string_view kOpenApiComponents = R"json({
"responses":{
 "Failure":{"description":"What is wrong.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Failure"}}}}},
"schemas":{
 "Failure":{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}},
 "Parameters":{"type":"object","additionalProperties":{"type":["string","number","boolean"]}},
 "Tensor":{"type":"object","required":["name","datatype","shape"],"properties":{
  "name":{"type":"string"},
  "datatype":{"enum":["BOOL","UINT8","UINT16","UINT32","UINT64","INT8","INT16","INT32","INT64","FP16","BF16","FP32","FP64","BYTES"]},
  "shape":{"type":"array","items":{"type":"integer","minimum":0}},
  "parameters":{"$ref":"#/components/schemas/Parameters"},
  "data":{"type":"array","description":"The elements in row-major order, flat or nested."}}},
 "InferRequest":{"type":"object","required":["inputs"],"properties":{
  "id":{"type":"string"},
  "parameters":{"$ref":"#/components/schemas/Parameters"},
  "inputs":{"type":"array","items":{"$ref":"#/components/schemas/Tensor"}},
  "outputs":{"type":"array","items":{"type":"object","required":["name"],"properties":{
   "name":{"type":"string"},"parameters":{"$ref":"#/components/schemas/Parameters"}}}}}},
 "InferResponse":{"type":"object","required":["model_name","outputs"],"properties":{
  "model_name":{"type":"string"},"model_version":{"type":"string"},"id":{"type":"string"},
  "outputs":{"type":"array","items":{"$ref":"#/components/schemas/Tensor"}}}},
 "ServerMetadata":{"type":"object","required":["name","version","extensions"],"properties":{
  "name":{"type":"string"},"version":{"type":"string"},"extensions":{"type":"array","items":{"type":"string"}}}},
 "TensorMetadata":{"type":"object","required":["name","datatype","shape"],"properties":{
  "name":{"type":"string"},"datatype":{"type":"string"},
  "shape":{"type":"array","items":{"type":"integer","minimum":-1}}}},
 "ModelMetadata":{"type":"object","required":["name","platform","inputs","outputs"],"properties":{
  "name":{"type":"string"},"versions":{"type":"array","items":{"type":"string"}},"platform":{"type":"string"},
  "inputs":{"type":"array","items":{"$ref":"#/components/schemas/TensorMetadata"}},
  "outputs":{"type":"array","items":{"$ref":"#/components/schemas/TensorMetadata"}}}},
 "Metrics":{"type":"string"},
 "ModelConfig":{"type":"object","description":"A ModelConfig with the field names of config.pbtxt."},
 "Duration":{"type":"object","properties":{"count":{"type":"integer"},"ns":{"type":"integer"}}},
 "Statistics":{"type":"object","required":["model_stats"],"properties":{"model_stats":{"type":"array","items":{
  "type":"object","required":["name","version"],"properties":{
   "name":{"type":"string"},"version":{"type":"string"},
   "last_inference":{"type":"integer"},"inference_count":{"type":"integer"},"execution_count":{"type":"integer"},
   "inference_stats":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Duration"}},
   "response_stats":{"type":"object"},
   "batch_stats":{"type":"array","items":{"type":"object","properties":{
    "batch_size":{"type":"integer"},
    "compute_input":{"$ref":"#/components/schemas/Duration"},
    "compute_infer":{"$ref":"#/components/schemas/Duration"},
    "compute_output":{"$ref":"#/components/schemas/Duration"}}}},
   "memory_usage":{"type":"array"}}}}}},
 "IndexRequest":{"type":"object","properties":{"ready":{"type":"boolean"}}},
 "Index":{"type":"array","items":{"type":"object","required":["name"],"properties":{
  "name":{"type":"string"},"version":{"type":"string"},
  "state":{"enum":["LOADING","READY","UNLOADING","UNAVAILABLE"]},"reason":{"type":"string"}}}},
 "LoadRequest":{"type":"object","properties":{"parameters":{"type":"object",
  "description":"\"config\": a ModelConfig as JSON in a string; \"file:<version>/<file>\": bytes of a file in base64.",
  "additionalProperties":{"type":"string"}}}},
 "UnloadRequest":{"type":"object","properties":{"parameters":{"type":"object","properties":{
  "unload_dependents":{"type":"boolean"}}}}},
 "TraceSetting":{"type":"object","properties":{
  "trace_file":{"type":["string","null"]},
  "trace_level":{"type":["array","string","null"],"items":{"enum":["OFF","TIMESTAMPS","TENSORS"]}},
  "trace_rate":{"type":["string","integer","null"]},
  "trace_count":{"type":["string","integer","null"]},
  "log_frequency":{"type":["string","integer","null"]}}},
 "LogSettings":{"type":"object","properties":{
  "log_file":{"type":"string"},"log_info":{"type":"boolean"},"log_warning":{"type":"boolean"},
  "log_error":{"type":"boolean"},"log_verbose_level":{"type":"integer","minimum":0},
  "log_format":{"enum":["default","ISO8601","json"]}}},
 "SharedMemoryPlace":{"type":"object","required":["key","byte_size"],"properties":{
  "name":{"type":"string"},"key":{"type":"string"},
  "offset":{"type":"integer","minimum":0},"byte_size":{"type":"integer","minimum":1}}},
 "SharedMemoryRegions":{"type":"array","items":{"$ref":"#/components/schemas/SharedMemoryPlace"}},
 "V1Models":{"type":"object","required":["models"],"properties":{"models":{"type":"array","items":{"type":"string"}}}},
 "V1Status":{"type":"object","required":["name","ready","model_version_status"],"properties":{
  "name":{"type":"string"},"ready":{"type":"boolean"},
  "model_version_status":{"type":"array","items":{"type":"object","properties":{
   "version":{"type":"string"},"state":{"enum":["LOADING","AVAILABLE","UNLOADING","END"]},
   "status":{"type":"object","properties":{"error_code":{"type":"string"},"error_message":{"type":"string"}}}}}}}},
 "V1Metadata":{"type":"object","required":["model_spec","metadata"],"properties":{
  "model_spec":{"type":"object"},"metadata":{"type":"object"}}},
 "V1PredictRequest":{"type":"object","properties":{
  "signature_name":{"type":"string"},
  "instances":{"type":"array","description":"Row form: values, or objects of one value for each input."},
  "inputs":{"description":"Column form: a whole tensor, or an object of one for each input."}}},
 "V1PredictResponse":{"type":"object","properties":{
  "predictions":{"type":"array"},"outputs":{}}},
 "OpenApi":{"type":"object"}}})json";

}  // namespace slipway::api
