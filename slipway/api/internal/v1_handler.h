// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/route_table.h"

namespace slipway::api {

/// Answers what lies under /v1: TensorFlow Serving's REST API and KServe's first protocol. Where
/// the two differ, the answer has the keys of both.
///
/// Thread-safe.
class V1Handler {
 public:
  /// `parts` outlives the handler.
  explicit V1Handler(const FrontParts& parts) : parts_(parts) {}

  void Predict(const HttpRequest& request, const RouteMatch& match, Exchange exchange) const;
  Result<HttpResponse> ListModels() const;
  Result<HttpResponse> ModelStatus(const RouteMatch& match) const;
  Result<HttpResponse> ModelMetadata(const RouteMatch& match) const;
  /// The error for a verb that needs what only TensorFlow or KServe has.
  static Error NotSupported(const RouteMatch& match);

 private:
  /// The metadata of `target`, or in TensorFlow Serving's words that there is none.
  Result<serving::ModelMetadata> Find(const ModelTarget& target) const;
  Result<std::vector<serving::IndexEntry>> Versions(const ModelTarget& target) const;

  const FrontParts& parts_;
};

}  // namespace slipway::api
