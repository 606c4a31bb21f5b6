// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/route_table.h"
#include "slipway/metrics/registry.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace slipway::api {

/// What is known of a request once it is answered.
struct AnsweredRequest {
  Protocol protocol;
  const Route* route;  ///< Null if none fits.
  int code;            ///< The HTTP status, or over gRPC the gRPC status.
  std::chrono::nanoseconds duration;
};

/// Counts what the front answers: `slipway_http_requests_total{protocol,route,code}` and
/// `slipway_http_request_seconds{protocol}`, from the whole request read to its answer handed over.
///
/// Thread-safe. A series appears with its first request; after that no lookup is paid.
class FrontMetrics {
 public:
  /// `registry` outlives this object.
  explicit FrontMetrics(metrics::Registry& registry);

  void Count(const AnsweredRequest& request);

 private:
  static constexpr std::size_t kCodes = 20;
  /// One row for each route, and one for each protocol's requests that fit none.
  static constexpr std::size_t kRows = kRoutes.size() + 2;

  metrics::Counter& Make(const AnsweredRequest& request);

  metrics::Registry& registry_;
  std::array<metrics::Histogram*, 2> durations_;
  std::array<std::array<std::atomic<metrics::Counter*>, kCodes>, kRows> counters_ = {};
};

}  // namespace slipway::api
