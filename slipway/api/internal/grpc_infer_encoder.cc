// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_encoder.h"

#include "slipway/api/internal/body_parts.h"
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_wire_reader.h"

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

/// Appends field 5, an InferOutputTensor.
void AppendOutput(std::string& out, const serving::OutputTensor& output) {
  const TensorView& tensor = output.tensor.view;
  const std::string_view dtype = WireName(tensor.dtype);
  std::size_t shape_size = 0;
  for (const std::int64_t size : tensor.shape.sizes()) {
    shape_size += VarintSize(static_cast<std::uint64_t>(size));
  }
  std::size_t size = LengthFieldSize(dtype.size());
  if (!output.name.empty()) size += LengthFieldSize(output.name.size());
  if (shape_size > 0) size += LengthFieldSize(shape_size);
  AppendLength(out, 5, size);
  AppendText(out, 1, output.name);
  AppendText(out, 2, dtype);
  if (shape_size == 0) return;
  AppendLength(out, 3, shape_size);
  for (const std::int64_t dimension : tensor.shape.sizes()) {
    AppendVarint(out, static_cast<std::uint64_t>(dimension));
  }
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

}  // namespace

Result<std::vector<BodyPart>> EncodeGrpcInfer(const serving::InferResponse& response) {
  SLIPWAY_TRY(CheckOutputs(response));
  BodyParts body;
  std::string& head = body.text();
  head.reserve(kUsualMessageBytes);
  head.resize(kGrpcPrefixBytes);
  AppendText(head, 1, response.model.text());
  AppendText(head, 2, ToString(response.version));
  AppendText(head, 3, response.id);
  for (const serving::OutputTensor& output : response.outputs) AppendOutput(head, output);
  std::size_t size = head.size() - kGrpcPrefixBytes;
  for (const serving::OutputTensor& output : response.outputs) {
    size += LengthFieldSize(output.tensor.view.bytes.size());
  }
  WriteGrpcPrefix(head, static_cast<std::uint32_t>(size));
  for (const serving::OutputTensor& output : response.outputs) {
    AppendLength(body.text(), 6, output.tensor.view.bytes.size());
    body.Add(output.tensor);
  }
  return body.Take();
}

}  // namespace slipway::api
