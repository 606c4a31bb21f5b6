// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/openapi.h"

#include "slipway/api/internal/openapi_schemas.h"
#include "slipway/api/internal/rest_routes.h"
#include "slipway/api/internal/server_description.h"
#include "slipway/base/json_writer.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

/// What the document says of an operation.
struct Description {
  Operation operation;
  std::string_view summary;
  std::string_view request = "";   ///< The name of the body's schema; empty: there is no body.
  std::string_view response = "";  ///< The name of the answer's schema; empty: an empty body.
};

constexpr auto kDescriptions = std::to_array<Description>({
    {Operation::kServerLive, "Whether the process works: 200 if it does, else 400."},
    {Operation::kServerReady, "Whether all models are ready: 200 if they are, else 400."},
    {Operation::kServerMetadata, "What the server is.", "", "ServerMetadata"},
    {Operation::kModelReady, "Whether a model is ready: 200 if it is, else 400."},
    {Operation::kModelMetadata, "What a model takes and gives.", "", "ModelMetadata"},
    {Operation::kModelInfer, "Ask a model (KServe v2).", "InferRequest", "InferResponse"},
    {Operation::kMetrics, "Metrics for Prometheus; on the metrics port.", "", "Metrics"},
    {Operation::kModelConfig, "The completed configuration of a model.", "", "ModelConfig"},
    {Operation::kModelStatistics, "How models do.", "", "Statistics"},
    {Operation::kRepositoryIndex, "Which models there are.", "IndexRequest", "Index"},
    {Operation::kModelLoad, "Load a model, or load it anew.", "LoadRequest"},
    {Operation::kModelUnload, "Take a model out of service.", "UnloadRequest"},
    {Operation::kTraceSetting, "The settings of tracing; POST changes those it names.",
     "TraceSetting", "TraceSetting"},
    {Operation::kLogSettings, "The settings of the log; POST changes those it names.",
     "LogSettings", "LogSettings"},
    {Operation::kSystemSharedMemoryStatus, "Shared memory that is registered.", "",
     "SharedMemoryRegions"},
    {Operation::kSystemSharedMemoryRegister, "Register POSIX shared memory.", "SharedMemoryPlace"},
    {Operation::kSystemSharedMemoryUnregister, "Forget shared memory."},
    {Operation::kCudaSharedMemoryStatus, "Not supported: always 501."},
    {Operation::kCudaSharedMemoryRegister, "Not supported: always 501."},
    {Operation::kCudaSharedMemoryUnregister, "Not supported: always 501."},
    {Operation::kV1ListModels, "The models that are ready (KServe v1).", "", "V1Models"},
    {Operation::kV1ModelStatus, "How the versions of a model are (TensorFlow Serving, KServe v1).",
     "", "V1Status"},
    {Operation::kV1ModelMetadata, "What a model takes and gives (TensorFlow Serving).", "",
     "V1Metadata"},
    {Operation::kV1Predict, "Ask a model (TensorFlow Serving, KServe v1).", "V1PredictRequest",
     "V1PredictResponse"},
    {Operation::kV1NotSupported, "Not supported: always 501."},
    {Operation::kOpenApi, "This document.", "", "OpenApi"},
});

constexpr bool AreAllDescribed() {
  return std::ranges::all_of(kRestRoutes, [](const Route& route) {
    return std::ranges::find(kDescriptions, route.operation, &Description::operation) !=
           kDescriptions.end();
  });
}
static_assert(AreAllDescribed(), "a REST route is not in the OpenAPI document");

/// The names between braces in `pattern`, in order.
std::vector<std::string_view> VariablesOf(std::string_view pattern) {
  std::vector<std::string_view> names;
  while (pattern.contains('{')) {
    pattern.remove_prefix(pattern.find('{') + 1);
    names.push_back(pattern.substr(0, pattern.find('}')));
  }
  return names;
}

std::string LowerCase(std::string_view method) {
  std::string lower(method);
  for (char& letter : lower) letter = static_cast<char>(letter - 'A' + 'a');
  return lower;
}

/// A name that no other row has.
std::string OperationIdOf(const Route& route) {
  std::string id = LowerCase(route.method);
  for (const char letter : route.pattern) {
    if (letter == '/' || letter == ':' || letter == '.') {
      id += '_';
    } else if (letter != '{' && letter != '}') {
      id += letter;
    }
  }
  return id;
}

void WriteContent(JsonWriter& json, std::string_view type, std::string_view schema) {
  json.Key("content").BeginObject().Key(type).BeginObject().Key("schema").BeginObject();
  json.Key("$ref").String("#/components/schemas/" + std::string(schema));
  json.EndObject().EndObject().EndObject();
}

void WriteParameters(JsonWriter& json, std::string_view pattern) {
  json.Key("parameters").BeginArray();
  for (const std::string_view name : VariablesOf(pattern)) {
    json.BeginObject().Key("name").String(name).Key("in").String("path");
    json.Key("required").Bool(true).Key("schema").Raw(R"({"type":"string"})").EndObject();
  }
  json.EndArray();
}

void WriteResponses(JsonWriter& json, const Description& description) {
  json.Key("responses").BeginObject().Key("200").BeginObject().Key("description").String("Done.");
  if (!description.response.empty()) {
    const bool is_text = description.operation == Operation::kMetrics;
    WriteContent(json, is_text ? "text/plain" : "application/json", description.response);
  }
  json.EndObject().Key("default").Raw(R"({"$ref":"#/components/responses/Failure"})").EndObject();
}

void WriteOperation(JsonWriter& json, const Route& route) {
  const Description& description =
      *std::ranges::find(kDescriptions, route.operation, &Description::operation);
  json.Key(LowerCase(route.method)).BeginObject();
  json.Key("operationId").String(OperationIdOf(route));
  json.Key("summary").String(description.summary);
  WriteParameters(json, route.pattern);
  if (!description.request.empty() && route.method == "POST") {
    json.Key("requestBody").BeginObject();
    WriteContent(json, "application/json", description.request);
    json.EndObject();
  }
  WriteResponses(json, description);
  json.EndObject();
}

}  // namespace

std::string OpenApiDocument() {
  JsonWriter json;
  json.BeginObject().Key("openapi").String("3.1.0");
  json.Key("info").BeginObject().Key("title").String("Slipway");
  json.Key("version").String(ServerVersion());
  json.Key("license").Raw(R"({"name":"Apache 2.0","identifier":"Apache-2.0"})").EndObject();
  json.Key("paths").BeginObject();
  for (auto route = kRestRoutes.begin(); route != kRestRoutes.end(); ++route) {
    const auto same = [route](const Route& other) { return other.pattern == route->pattern; };
    if (std::any_of(kRestRoutes.begin(), route, same)) continue;
    json.Key(route->pattern).BeginObject();
    for (auto method = route; method != kRestRoutes.end(); ++method) {
      if (same(*method)) WriteOperation(json, *method);
    }
    json.EndObject();
  }
  json.EndObject().Key("components").Raw(kOpenApiComponents).EndObject();
  return json.Take();
}

}  // namespace slipway::api
