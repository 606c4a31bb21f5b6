// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <memory>
#include <string>

namespace slipway::api {

/// Which headers of a request become parameters of the inference.
///
/// Immutable; copies are free to use on any thread.
class HeaderForwarding {
 public:
  /// None.
  HeaderForwarding() = default;
  /// Those whose whole name fits `pattern`, a regular expression (ECMAScript, without references
  /// back), in whatever case; an empty one means none. kInvalidArgument if it is none.
  static Result<HeaderForwarding> Parse(const std::string& pattern);

  /// Adds the headers that fit as strings, named in lower case. They replace parameters of the same
  /// name: what a proxy says in a header cannot be unsaid in a body.
  void AddTo(serving::Parameters& parameters, const Headers& headers) const;

 private:
  struct Pattern;  // <regex> would cost a second in every source that forwards headers.

  std::shared_ptr<const Pattern> pattern_;  ///< Shared because copying one is expensive.
};

}  // namespace slipway::api
