// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_metrics.h"

#include "slipway/api/internal/status_mapping.h"

#include <algorithm>
#include <string>

namespace slipway::api {
namespace {

/// What REST answers with, the usual first.
constexpr auto kHttpStatuses =
    std::to_array({200, 204, 400, 403, 404, 405, 409, 412, 413, 415, 429, 499, 500, 501, 503, 504});

std::string ProtocolName(Protocol protocol) {
  return protocol == Protocol::kRest ? "rest" : "grpc";
}

/// Where the counter of `code` lies. Codes that are in no list share the last place's counter.
std::size_t Column(Protocol protocol, int code) {
  if (protocol == Protocol::kGrpc) return static_cast<std::size_t>(code);
  const auto found = std::ranges::find(kHttpStatuses, code);
  return static_cast<std::size_t>(found - kHttpStatuses.begin());
}

std::string CodeName(Protocol protocol, int code) {
  if (protocol == Protocol::kGrpc)
    return std::string(GrpcStatusName(static_cast<GrpcStatus>(code)));
  return Column(protocol, code) < kHttpStatuses.size() ? std::to_string(code) : "other";
}

}  // namespace

FrontMetrics::FrontMetrics(metrics::Registry& registry) : registry_(registry) {
  for (const Protocol protocol : {Protocol::kRest, Protocol::kGrpc}) {
    durations_[static_cast<std::size_t>(protocol)] = &registry.GetHistogram(
        "slipway_http_request_seconds", "Time from a request read to its answer handed over.",
        {{"protocol", ProtocolName(protocol)}}, metrics::LatencyBounds());
  }
}

metrics::Counter& FrontMetrics::Make(const AnsweredRequest& request) {
  const Route* const route = request.route;
  return registry_.GetCounter("slipway_http_requests_total", "Requests answered.",
                              {{"protocol", ProtocolName(request.protocol)},
                               {"route", route == nullptr ? "none" : std::string(route->pattern)},
                               {"code", CodeName(request.protocol, request.code)}});
}

void FrontMetrics::Count(const AnsweredRequest& request) {
  const auto protocol = static_cast<std::size_t>(request.protocol);
  const std::size_t row =
      request.route == nullptr ? kRoutes.size() + protocol : IndexOf(*request.route);
  std::atomic<metrics::Counter*>& place = counters_[row][Column(request.protocol, request.code)];
  metrics::Counter* counter = place.load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Two threads may come here at once; the registry gives both the same counter.
    counter = &Make(request);
    place.store(counter, std::memory_order_release);
  }
  counter->Add();
  durations_[protocol]->Observe(std::chrono::duration<double>(request.duration).count());
}

}  // namespace slipway::api
