// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/inference_service.h"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::api {

/// A prediction as TensorFlow Serving's REST API and KServe v1 ask for it.
struct V1PredictRequest {
  serving::InferRequest request;
  /// How many instances there are, in row form; absent in column form.
  std::optional<std::int64_t> instances = {};
};

/// Reads the body of a `:predict`: in row form, `{"instances":[...]}`, each instance an object of
/// inputs, or a bare value where the model has one input; in column form, `{"inputs":...}`, whole
/// tensors. Types are those of `metadata`. kInvalidArgument names the field and the values.
Result<V1PredictRequest> DecodeV1Predict(const std::string& body,
                                         const serving::ModelMetadata& metadata);

}  // namespace slipway::api
