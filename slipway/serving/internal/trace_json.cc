// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/trace_json.h"

#include "slipway/base/format.h"
#include "slipway/base/json_writer.h"
#include "slipway/serving/internal/tensor_text.h"

#include <chrono>
#include <span>
#include <string_view>

namespace slipway::serving {
namespace {

std::string Hex(std::span<const std::uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

void WriteTimestamp(JsonWriter& json, std::string_view name, SteadyTime time) {
  const auto since_start =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  json.BeginObject().Key("name").String(name).Key("ns").Number(since_start.count()).EndObject();
}

void WriteTimestamps(JsonWriter& json, const RequestTrace& trace) {
  json.Key("timestamps").BeginArray();
  WriteTimestamp(json, "REQUEST_START", trace.begun);
  WriteTimestamp(json, "QUEUE_START", trace.queued);
  // A request that no engine call answered has none of these.
  if (trace.times.started != SteadyTime()) {
    WriteTimestamp(json, "COMPUTE_START", trace.times.started);
    WriteTimestamp(json, "COMPUTE_INPUT_END", trace.times.gathered);
    WriteTimestamp(json, "COMPUTE_OUTPUT_START", trace.times.computed);
    WriteTimestamp(json, "COMPUTE_END", trace.times.finished);
  }
  WriteTimestamp(json, "REQUEST_END", trace.ended);
  json.EndArray();
}

/// A tensor at a point of its way, in Triton's words.
struct TensorActivity {
  std::string_view activity;
  std::string_view name;
  const TensorView& tensor;
};

void WriteTensor(JsonWriter& json, std::uint64_t id, const TensorActivity& seen) {
  json.BeginObject().Key("id").Number(id).Key("activity").String(seen.activity);
  json.Key("tensor").BeginObject().Key("name").String(seen.name);
  json.Key("data").String(TensorText(seen.tensor));
  json.Key("shape").String(fmt::format("{}", fmt::join(seen.tensor.shape.sizes(), ",")));
  json.Key("dtype").String(WireName(seen.tensor.dtype)).EndObject().EndObject();
}

}  // namespace

std::string TraceJson(const RequestTrace& trace) {
  JsonWriter json;
  json.BeginObject().Key("id").Number(trace.id).Key("model_name").String(trace.model.text());
  json.Key("model_version").Number(trace.version.number());
  json.Key("request_id").String(trace.request_id).Key("parent_id").Number(0);
  if (trace.context) {
    json.Key("trace_id").String(Hex(trace.context->trace_id));
    json.Key("parent_span_id").String(Hex(trace.context->parent_id));
  }
  WriteTimestamps(json, trace);
  json.EndObject();
  for (const InputTensor& input : trace.inputs) {
    WriteTensor(json, trace.id,
                {.activity = "TENSOR_QUEUE_INPUT", .name = input.name, .tensor = input.tensor});
  }
  for (const OutputTensor& output : trace.outputs) {
    WriteTensor(
        json, trace.id,
        {.activity = "TENSOR_BACKEND_OUTPUT", .name = output.name, .tensor = output.tensor.view});
  }
  return json.Take();
}

}  // namespace slipway::serving
