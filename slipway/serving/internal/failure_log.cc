// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/failure_log.h"

#include "slipway/base/log.h"

#include <string>

namespace slipway::serving {

void FailureLog::Tell(const InferResponse& request, const Error& error) {
  const bool is_fault =
      error.code() == ErrorCode::kInternal || error.code() == ErrorCode::kDataLoss;
  const bool is_overload = error.code() == ErrorCode::kResourceExhausted;
  if (!is_fault && !is_overload) return;
  const std::optional<std::uint64_t> held_back = (is_fault ? faults_ : overloads_).Admit();
  if (!held_back) return;
  const std::string version = ToString(request.version);
  WriteLog(is_fault ? LogLevel::kError : LogLevel::kWarning,
           fmt::format("a request failed: {}{}", error.message(), HeldBackNote(*held_back)),
           {.model = request.model.text(),
            .version = version,
            .request_id = request.id,
            .code = error.code()});
}

}  // namespace slipway::serving
