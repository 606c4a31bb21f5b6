// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/administration_json.h"

#include "slipway/base/json_writer.h"

namespace slipway::api {
namespace {

void WriteDuration(JsonWriter& json, std::string_view name, const serving::DurationSum& sum) {
  json.Key(name).BeginObject().Key("count").Number(sum.count);
  json.Key("ns").Number(sum.total.count()).EndObject();
}

void WriteBatch(JsonWriter& json, const serving::BatchStatistics& batch) {
  json.BeginObject().Key("batch_size").Number(batch.rows);
  WriteDuration(json, "compute_input", batch.compute_input);
  WriteDuration(json, "compute_infer", batch.compute_infer);
  WriteDuration(json, "compute_output", batch.compute_output);
  json.EndObject();
}

void WriteVersion(JsonWriter& json, const serving::VersionStatistics& version) {
  json.BeginObject().Key("name").String(version.model.text());
  json.Key("version").String(ToString(version.version));
  json.Key("last_inference").Number(version.last_inference.count());
  json.Key("inference_count").Number(version.inference_count);
  json.Key("execution_count").Number(version.execution_count);
  json.Key("inference_stats").BeginObject();
  WriteDuration(json, "success", version.success);
  WriteDuration(json, "fail", version.fail);
  WriteDuration(json, "queue", version.queue);
  WriteDuration(json, "compute_input", version.compute_input);
  WriteDuration(json, "compute_infer", version.compute_infer);
  WriteDuration(json, "compute_output", version.compute_output);
  // There is no response cache.
  WriteDuration(json, "cache_hit", {});
  WriteDuration(json, "cache_miss", {});
  json.EndObject();
  json.Key("response_stats").BeginObject().EndObject();
  json.Key("batch_stats").BeginArray();
  for (const serving::BatchStatistics& batch : version.batches) WriteBatch(json, batch);
  json.EndArray().Key("memory_usage").BeginArray().EndArray().EndObject();
}

}  // namespace

std::string_view VersionStateName(serving::VersionState state) {
  switch (state) {
    case serving::VersionState::kLoading:
      return "LOADING";
    case serving::VersionState::kReady:
      return "READY";
    case serving::VersionState::kUnloading:
      return "UNLOADING";
    case serving::VersionState::kUnavailable:
      return "UNAVAILABLE";
  }
  return "UNAVAILABLE";
}

std::string IndexJson(std::span<const serving::IndexEntry> entries) {
  JsonWriter json;
  json.BeginArray();
  for (const serving::IndexEntry& entry : entries) {
    json.BeginObject().Key("name").String(entry.model.text());
    if (entry.version) json.Key("version").String(ToString(*entry.version));
    if (entry.state) json.Key("state").String(VersionStateName(*entry.state));
    if (entry.state || !entry.reason.empty()) json.Key("reason").String(entry.reason);
    json.EndObject();
  }
  json.EndArray();
  return json.Take();
}

std::string StatisticsJson(std::span<const serving::VersionStatistics> statistics) {
  JsonWriter json;
  json.BeginObject().Key("model_stats").BeginArray();
  for (const serving::VersionStatistics& version : statistics) WriteVersion(json, version);
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::api
