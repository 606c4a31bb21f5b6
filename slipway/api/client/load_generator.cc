// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/load_generator.h"

#include "slipway/api/client/internal/grpc_codec.h"
#include "slipway/api/client/internal/load_loop.h"
#include "slipway/api/client/internal/rest_codec.h"

#include <utility>

namespace slipway::api::client {
namespace {

constexpr std::uint64_t kMaxAnswerBytes = std::uint64_t{1} << 30U;

Status CheckOptions(const LoadOptions& options) {
  if (options.connections == 0 || options.streams == 0) {
    return InvalidArgument("a load needs connections and streams: got {} and {}",
                           options.connections, options.streams);
  }
  if (options.duration <= std::chrono::milliseconds(0) || options.arrival_rate < 0) {
    return InvalidArgument("a load needs a time and a rate: got {} ms and {} a second",
                           options.duration.count(), options.arrival_rate);
  }
  return {};
}

Result<LoadRequest> MakeRequest(const LoadOptions& options, const Endpoint& endpoint) {
  LoadRequest request;
  request.authority = Authority(endpoint);
  request.max_answer_bytes = kMaxAnswerBytes;
  if (endpoint.protocol == Protocol::kRest) {
    SLIPWAY_TRY_ASSIGN(request.bytes,
                       EncodeInferRequest(options.call, options.encoding, request.authority));
  } else {
    SLIPWAY_TRY_ASSIGN(request.bytes, EncodeModelInfer(options.call));
  }
  return request;
}

// Sends the request once and keeps the body that comes back.
Status Probe(const LoadOptions& options, const Endpoint& endpoint, LoadRequest& request) {
  request.body_use = BodyUse::kCollect;
  LoadLoop loop({.endpoint = endpoint,
                 .duration = options.call_timeout,
                 .max_requests = 1,
                 .connect_timeout = options.connect_timeout,
                 .call_timeout = options.call_timeout},
                request);
  SLIPWAY_TRY_ASSIGN(const LoadCounts counts, loop.Run());
  if (counts.first_error) return *counts.first_error;
  request.body_use = options.compare_answers ? BodyUse::kCompare : BodyUse::kIgnore;
  return {};
}

LoadResult Summarize(const LoadCounts& counts) {
  const double seconds = counts.measured.count();
  return {.requests = counts.requests,
          .errors = counts.errors,
          .first_error = counts.first_error ? ToString(*counts.first_error) : "",
          .seconds = seconds,
          .rate = static_cast<double>(counts.answers_in_time) / seconds,
          .p50 = counts.latencies.Quantile(0.5),
          .p90 = counts.latencies.Quantile(0.9),
          .p99 = counts.latencies.Quantile(0.99),
          .p999 = counts.latencies.Quantile(0.999),
          .max = counts.latencies.max(),
          .client_load = counts.client_load};
}

}  // namespace

Result<LoadResult> MeasureLoad(const LoadOptions& options) {
  SLIPWAY_TRY(CheckOptions(options));
  SLIPWAY_TRY_ASSIGN(const Endpoint endpoint, ParseEndpoint(options.url));
  SLIPWAY_TRY_ASSIGN(LoadRequest request, MakeRequest(options, endpoint));
  const Status probed = Probe(options, endpoint, request);
  if (!probed) return Annotate(probed.error(), "server {}", request.authority);
  request.streams = options.streams;
  LoadLoop loop({.endpoint = endpoint,
                 .connections = options.connections,
                 .warmup = options.warmup,
                 .duration = options.duration,
                 .max_requests = options.max_requests,
                 .arrival_rate = options.arrival_rate,
                 .seed = options.seed,
                 .connect_timeout = options.connect_timeout,
                 .call_timeout = options.call_timeout},
                request);
  const Result<LoadCounts> counts = loop.Run();
  if (!counts) return Annotate(counts.error(), "server {}", request.authority);
  return Summarize(*counts);
}

}  // namespace slipway::api::client
