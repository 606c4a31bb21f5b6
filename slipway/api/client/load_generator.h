// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace slipway::api::client {

/// A load to put on a server: one inference, over and over.
struct LoadOptions {
  std::string url = {};  ///< As for `InferClient::Create`.
  InferCall call = {};
  TensorEncoding encoding = TensorEncoding::kBinary;  ///< REST only.
  std::size_t connections = 1;
  std::size_t streams = 1;  ///< Calls at a time on each gRPC connection; REST carries one.
  std::chrono::milliseconds warmup{0};         ///< Load before the measured time.
  std::chrono::milliseconds duration{10'000};  ///< The measured time.
  std::uint64_t max_requests = 0;  ///< Stops after so many, warm-up included; 0: no limit.
  /// Requests a second, at the random moments of a Poisson process; a request that finds all
  /// connections busy waits, and its latency counts from the moment at which it was due. 0: a
  /// closed loop, each connection sends when it has its answer.
  double arrival_rate = 0;
  std::uint64_t seed = 1;       ///< Of the arrivals.
  bool compare_answers = true;  ///< Whether an answer that differs from the first is an error.
  std::chrono::milliseconds connect_timeout{5'000};
  /// How long to wait for the last answers; those that stay out are errors.
  std::chrono::milliseconds call_timeout{10'000};
};

/// What a load came to. Requests are those that were due in the measured time.
struct LoadResult {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;      ///< Of the requests: refused, cut off, different, or not answered.
  std::string first_error = {};  ///< Why the first of them failed.
  double seconds = 0;            ///< The measured time.
  double rate = 0;               ///< Good answers a second that arrived in the measured time.
  /// Latencies of good answers.
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p90{0};
  std::chrono::nanoseconds p99{0};
  std::chrono::nanoseconds p999{0};
  std::chrono::nanoseconds max{0};
  /// Share of the whole run that this thread was not waiting for the server or for the next request
  /// to be due. Near 1, the generator is what limits the rate.
  double client_load = 0;
};

/// Sends the call once, and fails as `InferClient::Infer` would if that does; then puts the load on
/// the server from the calling thread, and measures. Blocks all that time.
Result<LoadResult> MeasureLoad(const LoadOptions& options);

}  // namespace slipway::api::client
