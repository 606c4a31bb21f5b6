// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"
#include "slipway/serving/model_signature.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slipway::serving {

/// The tensors of `inputs` in the order of the signature and the shapes of the model; optional ones
/// may be absent. kInvalidArgument, with name and values, if one is missing, unknown, there twice,
/// or of another type or shape than the signature's, or if their numbers of rows differ.
Result<std::vector<TensorView>> OrderInputs(const ModelSignature& signature,
                                            std::span<const InputTensor> inputs);

/// The positions in `signature.outputs` of the outputs called `names`; all if there are no names.
/// kInvalidArgument if one is unknown or there twice.
Result<std::vector<std::size_t>> FindOutputs(const ModelSignature& signature,
                                             std::span<const std::string> names);

/// How a request asks to be scheduled.
struct ScheduleWish {
  std::uint64_t priority = 0;            ///< 1 is highest; 0: the model's default.
  std::chrono::microseconds timeout{0};  ///< In the queue; 0: unsaid. At most a day.
};
/// Reads the parameters `priority` and `timeout`, which is in microseconds. kInvalidArgument if one
/// is not a whole number from 0 on.
Result<ScheduleWish> ReadScheduleWish(const Parameters& parameters);

}  // namespace slipway::serving
