// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/trace_context.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace slipway::serving {

/// A named value that travels with a request and is not a tensor.
using Parameter = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter, std::less<>>;

/// One input of a request. The bytes belong to `InferRequest::storage`.
struct InputTensor {
  std::string name;
  TensorView tensor;
};

/// One question to a model, as a front decoded it: byte counts are right, nothing else is checked.
struct InferRequest {
  ModelName model;
  std::optional<VersionId> version = {};  ///< Absent: the one that the model's policy chooses.
  std::string id = {};                    ///< The caller's; echoed. May be empty.
  std::vector<InputTensor> inputs = {};
  std::vector<std::string> outputs = {};  ///< Names of the wanted outputs; empty: all.
  Parameters parameters = {};
  std::optional<SteadyTime> deadline = {};  ///< After it the answer is of no use.
  std::stop_token cancelled = {};  ///< Stopped once the caller has gone: kCancelled answers.
  std::optional<TraceContext> trace = {};  ///< The caller's trace, if it said so.
  /// Keeps the bytes of `inputs` alive; shared with the batch.
  std::shared_ptr<const void> storage = {};
};

/// One output of a response.
struct OutputTensor {
  std::string name;
  SharedTensor tensor;
};

/// The answer to an `InferRequest`, its outputs in the order in which they were asked for.
struct InferResponse {
  ModelName model;
  VersionId version;
  std::string id;
  std::vector<OutputTensor> outputs;
};

/// Takes the answer, exactly once, on any thread; must not block.
using InferCallback = std::move_only_function<void(Result<InferResponse>)>;

}  // namespace slipway::serving
