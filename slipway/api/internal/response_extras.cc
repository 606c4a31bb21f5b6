// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/response_extras.h"

#include <optional>
#include <string_view>

namespace slipway::api {
namespace {

void CompressBody(ContentCoding coding, HttpResponse& response) {
  std::string compressed = Compress(response.body, coding);
  response.body.clear();
  response.body.emplace_back(std::move(compressed));
  response.headers.Add("content-encoding", ContentCodingName(coding));
  response.headers.Add("vary", "accept-encoding");
}

/// The extras, made when the first of them is found.
ResponseExtras& Make(std::unique_ptr<ResponseExtras>& extras) {
  if (extras == nullptr) extras = std::make_unique<ResponseExtras>();
  return *extras;
}

}  // namespace

void ResponseExtras::ApplyTo(HttpResponse& response) const {
  const bool has_body = response.status == 200 && response.body_size() > 0;
  if (has_body && coding != ContentCoding::kIdentity) CompressBody(coding, response);
  if (!request_id.empty()) response.headers.Add("x-request-id", request_id);
  if (!allowed_origin.empty()) AddCorsHeaders(allowed_origin, response);
}

std::unique_ptr<const ResponseExtras> ReadResponseExtras(const Headers& headers,
                                                         const CorsPolicy& cors) {
  std::unique_ptr<ResponseExtras> extras;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (name == "x-request-id" && !value.empty()) {
      Make(extras).request_id = value;
    } else if (name == "accept-encoding") {
      const ContentCoding coding = ChooseContentCoding(value);
      if (coding != ContentCoding::kIdentity) Make(extras).coding = coding;
    } else if (name == "origin") {
      if (const auto allowed = cors.Allow(value)) Make(extras).allowed_origin = *allowed;
    }
  }
  return extras;
}

}  // namespace slipway::api
