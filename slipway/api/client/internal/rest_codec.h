// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// A whole answer of a REST server.
struct RestAnswer {
  int status = 0;
  /// Inference-Header-Content-Length: the JSON ends here and tensors follow.
  std::optional<std::uint64_t> json_size;
  std::string_view body;
};

/// A GET of `path` from the server at `authority`, as the bytes of HTTP/1.1.
std::string EncodeGet(std::string_view authority, std::string_view path);

/// The path of a model, with its names percent-encoded: "/v2/models/fashion/versions/3".
std::string ModelPath(std::string_view model, std::string_view version);

/// `call` as the bytes of an HTTP/1.1 request. kInvalidArgument if a tensor has no form in
/// `encoding`.
Result<std::string> EncodeInferRequest(const InferCall& call, TensorEncoding encoding,
                                       std::string_view authority);

/// The error that `answer` carries, whose status is not 200.
Error ErrorOf(const RestAnswer& answer);

/// The answer to an inference; the error of the server if its status says so. kInternal if it makes
/// no sense.
Result<InferAnswer> DecodeInferAnswer(const RestAnswer& answer);

/// The answer to a question for a model's metadata, in the same way.
Result<ModelDescription> DecodeMetadata(const RestAnswer& answer);

}  // namespace slipway::api::client
