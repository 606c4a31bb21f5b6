// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"
#include "slipway/serving/model_signature.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace slipway::serving {

/// The tensors of `inputs` in the order of the signature. kInvalidArgument, with name and values,
/// if one is missing, unknown, there twice, or of another type or shape than the signature's, or if
/// their numbers of rows differ.
Result<std::vector<TensorView>> OrderInputs(const ModelSignature& signature,
                                            std::span<const InputTensor> inputs);

/// The positions in `signature.outputs` of the outputs called `names`; all if there are no names.
/// kInvalidArgument if one is unknown or there twice.
Result<std::vector<std::size_t>> FindOutputs(const ModelSignature& signature,
                                             std::span<const std::string> names);

}  // namespace slipway::serving
