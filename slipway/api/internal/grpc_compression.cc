// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_compression.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/shown_length.h"

#include <utility>

namespace slipway::api {
namespace {

/// Smaller messages are not worth it.
constexpr std::size_t kCompressFrom = 1024;

}  // namespace

Result<ContentCoding> GrpcRequestCoding(const Headers& headers) {
  const std::string_view name = headers.Find("grpc-encoding").value_or("");
  const Result<ContentCoding> coding = ParseContentCoding(name);
  if (!coding) {
    return MakeError(ErrorCode::kUnimplemented, "grpc-encoding {:?} is not supported, but {}",
                     name.substr(0, kShownLength), kGrpcAcceptEncoding);
  }
  if (*coding != ContentCoding::kIdentity) return *coding;
  return InvalidArgument("the message is compressed, but grpc-encoding does not say how");
}

ContentCoding GrpcResponseCoding(const Headers& headers) {
  return ChooseContentCoding(headers.Find("grpc-accept-encoding").value_or(""));
}

Result<std::string> DecompressGrpcMessage(std::string_view framed, ContentCoding coding,
                                          std::uint64_t max_bytes) {
  SLIPWAY_TRY(CheckGrpcLength(framed));
  SLIPWAY_TRY_ASSIGN(const std::string message,
                     Decompress(framed.substr(kGrpcPrefixBytes), coding, max_bytes));
  std::string plain(kGrpcPrefixBytes, '\0');
  WriteGrpcPrefix(plain, static_cast<std::uint32_t>(message.size()));
  return plain.append(message);
}

std::vector<BodyPart> CompressGrpcMessage(std::vector<BodyPart> framed, ContentCoding coding) {
  std::size_t size = 0;
  for (const BodyPart& part : framed) size += BodyPartSize(part);
  if (size < kCompressFrom) return framed;
  // The message without its prefix, which stands in the first part: text of the encoder.
  std::get<std::string>(framed.front()).erase(0, kGrpcPrefixBytes);
  const std::string message = Compress(framed, coding);
  std::string compressed(kGrpcPrefixBytes, '\0');
  WriteGrpcPrefix(compressed, static_cast<std::uint32_t>(message.size()));
  compressed[0] = '\1';
  std::vector<BodyPart> body;
  body.emplace_back(compressed.append(message));
  return body;
}

}  // namespace slipway::api
