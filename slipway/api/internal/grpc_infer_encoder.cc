// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_encoder.h"

#include "slipway/api/internal/body_parts.h"
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_wire_reader.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

namespace slipway::api {
namespace {

/// Room for what stands in front of the data, so that most responses need no second allocation.
constexpr std::size_t kUsualMessageBytes = 256;

std::size_t VarintSize(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

void AppendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>(value | 0x80U);
  out += static_cast<char>(value);
}

/// Appends the tag and the length of field `number`, whose `size` bytes follow.
void AppendLength(std::string& out, std::uint32_t number, std::size_t size) {
  AppendVarint(out, number << 3U | static_cast<std::uint32_t>(WireType::kLength));
  AppendVarint(out, size);
}

void AppendText(std::string& out, std::uint32_t number, std::string_view text) {
  if (text.empty()) return;
  AppendLength(out, number, text.size());
  out += text;
}

std::size_t LengthFieldSize(std::size_t size) { return 1 + VarintSize(size) + size; }

/// Where output `index` goes; null: into the answer.
const SharedMemoryRange* MemoryOf(std::span<const RequestedOutput> requested, std::size_t index) {
  if (index >= requested.size() || !requested[index].memory) return nullptr;
  return &*requested[index].memory;
}

/// Appends field 4, an entry of `parameters`, whose InferParameter is `value`.
void AppendParameter(std::string& out, std::string_view key, std::string_view value) {
  AppendLength(out, 4, LengthFieldSize(key.size()) + LengthFieldSize(value.size()));
  AppendText(out, 1, key);
  AppendText(out, 2, value);
}

std::string TextValue(std::string_view text) {
  std::string value;
  AppendText(value, 3, text);
  return value;
}

std::string IntegerValue(std::uint64_t number) {
  constexpr char kInt64Tag = 2 << 3U | static_cast<char>(WireType::kVarint);
  std::string value(1, kInt64Tag);
  AppendVarint(value, number);
  return value;
}

/// The `parameters` that say where in shared memory an output of `bytes` bytes is.
std::string MemoryParameters(const SharedMemoryRange& memory, std::size_t bytes) {
  std::string out;
  AppendParameter(out, "shared_memory_region", TextValue(memory.region->place().name));
  if (memory.offset != 0) AppendParameter(out, "shared_memory_offset", IntegerValue(memory.offset));
  AppendParameter(out, "shared_memory_byte_size", IntegerValue(bytes));
  return out;
}

/// Appends field 5, an InferOutputTensor.
void AppendOutput(std::string& out, const serving::OutputTensor& output,
                  const SharedMemoryRange* memory) {
  const TensorView& tensor = output.tensor.view;
  const std::string_view dtype = WireName(tensor.dtype);
  std::size_t shape_size = 0;
  for (const std::int64_t size : tensor.shape.sizes()) {
    shape_size += VarintSize(static_cast<std::uint64_t>(size));
  }
  std::string parameters;
  if (memory != nullptr) parameters = MemoryParameters(*memory, tensor.bytes.size());
  std::size_t size = LengthFieldSize(dtype.size()) + parameters.size();
  if (!output.name.empty()) size += LengthFieldSize(output.name.size());
  if (shape_size > 0) size += LengthFieldSize(shape_size);
  AppendLength(out, 5, size);
  AppendText(out, 1, output.name);
  AppendText(out, 2, dtype);
  if (shape_size > 0) {
    AppendLength(out, 3, shape_size);
    for (const std::int64_t dimension : tensor.shape.sizes()) {
      AppendVarint(out, static_cast<std::uint64_t>(dimension));
    }
  }
  out += parameters;
}

/// Sends the outputs to the shared memory that they belong in.
Status WriteShared(const serving::InferResponse& response,
                   std::span<const RequestedOutput> requested) {
  for (std::size_t i = 0; i < std::min(requested.size(), response.outputs.size()); ++i) {
    const SharedMemoryRange* const memory = MemoryOf(requested, i);
    if (memory == nullptr) continue;
    const serving::OutputTensor& output = response.outputs[i];
    const ByteView bytes = output.tensor.view.bytes;
    if (bytes.size() > memory->byte_size) {
      return InvalidArgument("output {:?} has {} bytes, shared_memory_byte_size is {}", output.name,
                             bytes.size(), memory->byte_size);
    }
    SLIPWAY_TRY(memory->region->Write(memory->offset, bytes));
  }
  return {};
}

Status CheckOutputs(const serving::InferResponse& response) {
  std::uint64_t bytes = 0;
  for (const serving::OutputTensor& output : response.outputs) {
    if (WireName(output.tensor.view.dtype).empty()) {
      return MakeError(ErrorCode::kUnimplemented,
                       "output {:?} is {}, which has no name on the wire", output.name,
                       DataTypeName(output.tensor.view.dtype));
    }
    bytes += output.tensor.view.bytes.size();
  }
  // Less what the rest of the message can take.
  constexpr std::uint64_t kMaxBytes = std::numeric_limits<std::int32_t>::max() - (1U << 20U);
  if (bytes <= kMaxBytes) return {};
  return MakeError(ErrorCode::kResourceExhausted,
                   "the outputs have {} bytes, a gRPC message holds at most {}: use REST", bytes,
                   kMaxBytes);
}

/// Writes the fields of a response.
class ResponseWriter {
 public:
  ResponseWriter(const serving::InferResponse& response, std::span<const RequestedOutput> requested)
      : response_(response), requested_(requested) {}

  /// Appends all fields of the message but those that hold data.
  void AppendFields(std::string& out) const {
    AppendText(out, 1, response_.model.text());
    AppendText(out, 2, ToString(response_.version));
    AppendText(out, 3, response_.id);
    for (std::size_t i = 0; i < response_.outputs.size(); ++i) {
      AppendOutput(out, response_.outputs[i], MemoryOf(requested_, i));
    }
  }
  /// What the fields that hold data take.
  std::size_t DataSize() const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < response_.outputs.size(); ++i) size += LengthFieldSize(BytesOf(i));
    return size;
  }
  void AppendData(BodyParts& body) const {
    for (std::size_t i = 0; i < response_.outputs.size(); ++i) {
      AppendLength(body.text(), 6, BytesOf(i));
      if (BytesOf(i) > 0) body.Add(response_.outputs[i].tensor);
    }
  }

 private:
  /// Bytes of output `index` that go into the message.
  std::size_t BytesOf(std::size_t index) const {
    if (MemoryOf(requested_, index) != nullptr) return 0;
    return response_.outputs[index].tensor.view.bytes.size();
  }

  const serving::InferResponse& response_;
  const std::span<const RequestedOutput> requested_;
};

}  // namespace

Result<std::vector<BodyPart>> EncodeGrpcInfer(const serving::InferResponse& response,
                                              std::span<const RequestedOutput> requested) {
  SLIPWAY_TRY(CheckOutputs(response));
  SLIPWAY_TRY(WriteShared(response, requested));
  const ResponseWriter writer(response, requested);
  BodyParts body;
  std::string& head = body.text();
  head.reserve(kUsualMessageBytes);
  head.resize(kGrpcPrefixBytes);
  writer.AppendFields(head);
  const std::size_t size = head.size() - kGrpcPrefixBytes + writer.DataSize();
  WriteGrpcPrefix(head, static_cast<std::uint32_t>(size));
  writer.AppendData(body);
  return body.Take();
}

Result<std::vector<BodyPart>> EncodeGrpcStreamInfer(const serving::InferResponse& response,
                                                    std::span<const RequestedOutput> requested) {
  // An InferParameter whose bool_param is true.
  constexpr std::string_view kTrue("\x08\x01", 2);
  SLIPWAY_TRY(CheckOutputs(response));
  SLIPWAY_TRY(WriteShared(response, requested));
  const ResponseWriter writer(response, requested);
  std::string fields;
  fields.reserve(kUsualMessageBytes);
  writer.AppendFields(fields);
  AppendParameter(fields, "triton_final_response", kTrue);
  const std::size_t size = fields.size() + writer.DataSize();
  BodyParts body;
  std::string& head = body.text();
  head.resize(kGrpcPrefixBytes);
  AppendLength(head, 2, size);
  WriteGrpcPrefix(head, static_cast<std::uint32_t>(head.size() - kGrpcPrefixBytes + size));
  head += fields;
  writer.AppendData(body);
  return body.Take();
}

std::vector<BodyPart> EncodeGrpcStreamError(std::string_view message, std::string_view id) {
  std::string response;
  AppendText(response, 3, id);
  std::string framed(kGrpcPrefixBytes, '\0');
  AppendText(framed, 1, message);
  AppendText(framed, 2, response);
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(framed.size() - kGrpcPrefixBytes));
  std::vector<BodyPart> body;
  body.emplace_back(std::move(framed));
  return body;
}

}  // namespace slipway::api
