// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/infer_request.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// Which outputs of a response are sent as bytes behind the JSON.
struct BinaryChoice {
  bool by_default = false;  ///< `binary_data_output` of the request.
  std::vector<std::optional<bool>>
      requested;  ///< `binary_data` of each requested output, in order.

  /// Whether output `index` of the response is binary.
  bool IsBinary(std::size_t index) const {
    return index < requested.size() ? requested[index].value_or(by_default) : by_default;
  }
};

/// An inference request that came over REST.
struct RestInferRequest {
  serving::InferRequest request;
  BinaryChoice binary;
};

/// The parts of an HTTP message that make an inference request.
struct RestInferMessage {
  ModelName model;
  std::optional<VersionId> version;
  /// The value of `Inference-Header-Content-Length`, if it was sent.
  std::optional<std::string_view> json_length;
  std::string body;
};

/// Reads a KServe v2 inference request with Triton's binary tensor extension.
///
/// Tensors in JSON become tensors of their type at once; binary ones stay where they are in the
/// body, at whatever alignment the client gave them. kInvalidArgument names the field and the
/// values; kUnimplemented what is known and not supported.
Result<RestInferRequest> DecodeRestInfer(RestInferMessage message);

}  // namespace slipway::api
