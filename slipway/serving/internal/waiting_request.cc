// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/waiting_request.h"

namespace slipway::serving {

std::int64_t RowsOf(const QueuedRequest& request) {
  for (const TensorView& input : request.inputs) {
    if (input.shape.rank() > 0) return input.shape[0];
  }
  return 1;
}

}  // namespace slipway::serving
