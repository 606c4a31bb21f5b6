// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_response.h"

#include "slipway/base/format.h"
#include "slipway/base/json_writer.h"

#include <boost/beast/http/status.hpp>

#include <iterator>

namespace slipway::api {
namespace {

void AppendStatusLine(int status, std::string& text) {
  if (status == 200) {
    text.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", status,
                 std::string_view(reason.data(), reason.size()));
}

bool MayHaveBody(int status) { return status >= 200 && status != 204 && status != 304; }

void AppendHead(const HttpResponse& response, const Http1ResponseForm& form, std::string_view date,
                std::string& text) {
  AppendStatusLine(response.status, text);
  for (std::size_t index = 0; index < response.headers.size(); ++index) {
    const auto [name, value] = response.headers[index];
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (form.framing == Http1Framing::kChunked) {
    text.append("transfer-encoding: chunked\r\n");
  } else if (form.framing == Http1Framing::kLength && MayHaveBody(response.status)) {
    text.append("content-length: ");
    AppendJsonNumber(text, response.body_size());
    text.append("\r\n");
  }
  text.append("date: ").append(date).append("\r\n");
  if (!form.keep_alive) {
    text.append("connection: close\r\n");
  } else if (form.version == HttpVersion::kHttp10) {
    text.append("connection: keep-alive\r\n");
  }
  text.append("\r\n");
}

}  // namespace

void WriteHttp1Response(HttpResponse response, const Http1ResponseForm& form, std::string_view date,
                        OutputQueue& output) {
  AppendHead(response, form, date, output.text());
  if (form.head_only || !MayHaveBody(response.status)) return;
  for (BodyPart& part : response.body) output.Append(std::move(part));
}

Http1Framing WriteHttp1Head(const HttpResponse& response, const Http1ResponseForm& form,
                            std::string_view date, OutputQueue& output) {
  Http1ResponseForm in_pieces = form;
  in_pieces.framing =
      form.version == HttpVersion::kHttp10 ? Http1Framing::kClose : Http1Framing::kChunked;
  AppendHead(response, in_pieces, date, output.text());
  return in_pieces.framing;
}

void WriteHttp1Chunk(std::vector<BodyPart> body, OutputQueue& output) {
  std::size_t size = 0;
  for (const BodyPart& part : body) size += BodyPartSize(part);
  fmt::format_to(std::back_inserter(output.text()), "{:x}\r\n", size);
  for (BodyPart& part : body) output.Append(std::move(part));
  output.text().append("\r\n");
}

void WriteHttp1LastChunk(OutputQueue& output) { output.text().append("0\r\n\r\n"); }

}  // namespace slipway::api
