// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/request_headers.h"

#include "slipway/api/internal/trace_parent.h"

namespace slipway::api {

void AddFromHeaders(const HeaderForwarding& forwarding, const Headers& headers,
                    serving::InferRequest& request) {
  forwarding.AddTo(request.parameters, headers);
  if (const auto parent = headers.Find("traceparent")) request.trace = ParseTraceParent(*parent);
}

}  // namespace slipway::api
