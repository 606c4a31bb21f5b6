// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/io_output.h"

#include <string_view>

namespace slipway::api {

/// What a request says about the form of its response.
struct Http1ResponseForm {
  HttpVersion version = HttpVersion::kHttp11;
  bool keep_alive = true;
  bool head_only = false;  ///< The request was a HEAD: no body is sent.
};

/// Appends `response` to `output`. `date` is the value of its `date` field.
void WriteHttp1Response(HttpResponse response, const Http1ResponseForm& form, std::string_view date,
                        OutputQueue& output);

}  // namespace slipway::api
