// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_encoder.h"

#include "slipway/api/internal/body_parts.h"
#include "slipway/api/internal/json_tensor_writer.h"
#include "slipway/base/json_writer.h"

namespace slipway::api {
namespace {

/// Room for what stands around the data, so that most responses need no second allocation.
constexpr std::size_t kUsualJsonBytes = 384;

void AppendShape(std::string& out, const Shape& shape) {
  out += '[';
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (i > 0) out += ',';
    AppendJsonNumber(out, shape[i]);
  }
  out += ']';
}

/// Appends the members of `output` that say what it is.
Status AppendDescription(std::string& out, const serving::OutputTensor& output) {
  const TensorView& tensor = output.tensor.view;
  const std::string_view dtype = WireName(tensor.dtype);
  if (dtype.empty()) {
    return MakeError(ErrorCode::kUnimplemented, "output {:?} is {}, which has no name on the wire",
                     output.name, DataTypeName(tensor.dtype));
  }
  out += R"({"name":)";
  AppendJsonQuoted(out, output.name);
  out += R"(,"datatype":")";
  out += dtype;
  out += R"(","shape":)";
  AppendShape(out, tensor.shape);
  return {};
}

/// Writes the bytes of `output` to `range` and says so.
Status AppendShared(std::string& out, const serving::OutputTensor& output,
                    const SharedMemoryRange& range) {
  const ByteView bytes = output.tensor.view.bytes;
  if (bytes.size() > range.byte_size) {
    return InvalidArgument("output {:?} has {} bytes, shared_memory_byte_size is {}", output.name,
                           bytes.size(), range.byte_size);
  }
  const Status written = range.region->Write(range.offset, bytes);
  if (!written) return Annotate(written.error(), "output {:?}", output.name);
  out += R"(,"parameters":{"shared_memory_region":)";
  AppendJsonQuoted(out, range.region->place().name);
  if (range.offset > 0) {
    out += R"(,"shared_memory_offset":)";
    AppendJsonNumber(out, range.offset);
  }
  out += R"(,"shared_memory_byte_size":)";
  AppendJsonNumber(out, bytes.size());
  out += "}}";
  return {};
}

Status AppendOutput(std::string& out, const serving::OutputTensor& output, bool binary) {
  if (binary) {
    out += R"(,"parameters":{"binary_data_size":)";
    AppendJsonNumber(out, output.tensor.view.bytes.size());
    out += "}}";
    return {};
  }
  out += R"(,"data":)";
  const Status data = AppendJsonTensor(out, output.tensor.view);
  if (!data) return Annotate(data.error(), "output {:?}", output.name);
  out += '}';
  return {};
}

void AppendHead(std::string& out, const serving::InferResponse& response) {
  out += R"({"model_name":)";
  AppendJsonQuoted(out, response.model.text());
  out += R"(,"model_version":")";
  AppendJsonNumber(out, response.version.number());
  out += '"';
  if (!response.id.empty()) {
    out += R"(,"id":)";
    AppendJsonQuoted(out, response.id);
  }
}

}  // namespace

Result<HttpResponse> EncodeRestInfer(const serving::InferResponse& response,
                                     const OutputChoice& choice) {
  BodyParts body;
  std::string& json = body.text();
  json.reserve(kUsualJsonBytes);
  AppendHead(json, response);
  json += R"(,"outputs":[)";
  bool any_binary = false;
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    if (i > 0) json += ',';
    const serving::OutputTensor& output = response.outputs[i];
    const bool binary = choice.IsBinary(i);
    const SharedMemoryRange* const memory = choice.MemoryOf(i);
    SLIPWAY_TRY(AppendDescription(json, output));
    SLIPWAY_TRY(memory != nullptr ? AppendShared(json, output, *memory)
                                  : AppendOutput(json, output, binary));
    any_binary = any_binary || binary;
  }
  json += "]}";

  HttpResponse http;
  http.headers.Add("content-type", any_binary ? "application/octet-stream" : "application/json");
  if (any_binary) {
    http.headers.Add("inference-header-content-length", std::to_string(json.size()));
  }
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    if (choice.IsBinary(i)) body.Add(response.outputs[i].tensor);
  }
  http.body = body.Take();
  return http;
}

}  // namespace slipway::api
