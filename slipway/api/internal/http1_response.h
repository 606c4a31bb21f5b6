// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/io_output.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace slipway::api {

/// How the length of a response's body is told.
enum class Http1Framing : std::uint8_t {
  kLength,   ///< By content-length.
  kChunked,  ///< In chunks: the length is not known.
  kClose,    ///< By the end of the connection: so, to a client that does not know chunks.
};

/// What a request says about the form of its response.
struct Http1ResponseForm {
  HttpVersion version = HttpVersion::kHttp11;
  bool keep_alive = true;
  bool head_only = false;  ///< The request was a HEAD: no body is sent.
  Http1Framing framing = Http1Framing::kLength;
};

/// Appends `response` to `output`. `date` is the value of its `date` field.
void WriteHttp1Response(HttpResponse response, const Http1ResponseForm& form, std::string_view date,
                        OutputQueue& output);

/// Appends the head alone of a response whose body follows in pieces; how, is returned.
Http1Framing WriteHttp1Head(const HttpResponse& response, const Http1ResponseForm& form,
                            std::string_view date, OutputQueue& output);
/// Appends `body`, which is not empty, as one chunk.
void WriteHttp1Chunk(std::vector<BodyPart> body, OutputQueue& output);
/// Appends what ends a body in chunks.
void WriteHttp1LastChunk(OutputQueue& output);

}  // namespace slipway::api
