// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::client {

/// How REST carries tensors; gRPC always carries their bytes.
enum class TensorEncoding : std::uint8_t {
  kBinary,  ///< The binary tensor extension: raw bytes after the JSON.
  kJson,    ///< Numbers and strings in the JSON. FP16 and BF16 have no form here.
};

/// How a client calls.
struct ClientOptions {
  TensorEncoding encoding = TensorEncoding::kBinary;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds call_timeout{60'000};  ///< From the first byte out to the last one in.
  std::uint64_t max_response_bytes = std::uint64_t{256} << 20U;  ///< Of one body or message.
};

/// An input or output of a model, as its server describes it.
struct TensorDescription {
  std::string name;
  DataType dtype = DataType::kFloat32;
  std::vector<std::int64_t> shape;  ///< -1 where the size is free.
};

/// What a server says of one of its models.
struct ModelDescription {
  std::string name;
  std::vector<std::string> versions;
  std::string platform;
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
};

/// An input of a call; its bytes are the caller's.
struct InputTensor {
  std::string name;
  TensorView tensor;
};

/// One inference. Names are plain text: servers other than Slipway allow more than `ModelName`
/// does.
struct InferCall {
  std::string model;
  std::string version = {};  ///< Empty: the server chooses.
  std::string id = {};       ///< Comes back in the answer; empty: none.
  std::vector<InputTensor> inputs = {};
  std::vector<std::string> outputs = {};  ///< Empty: all.
};

/// An output of an answer.
struct OutputTensor {
  std::string name;
  Tensor tensor;
};

/// What a server answered.
struct InferAnswer {
  std::string model;
  std::string version;
  std::string id;
  std::vector<OutputTensor> outputs;

  /// The output called `name`, or null.
  const Tensor* Find(std::string_view name) const;
};

/// Calls one KServe v2 server: Slipway, Triton or another.
///
/// Not thread-safe; each thread has a client of its own. Calls block. A client connects at its
/// first call, keeps the connection, and makes a new one when the server has closed it between
/// calls.
///
/// Every call fails with kUnavailable, naming host and port, if the server cannot be reached or
/// goes away; kDeadlineExceeded; kResourceExhausted for an answer above the limit; kInternal for
/// one that makes no sense. An error of the server comes back with its own message and the code
/// that its status stands for.
class InferClient {
 public:
  /// A client of the server at `url`: "http://host:port" for REST, "grpc://host:port" for gRPC.
  /// Ports default to 8000 and 8001. kInvalidArgument for any other url; does not connect.
  static Result<std::unique_ptr<InferClient>> Create(std::string_view url,
                                                     const ClientOptions& options = {});
  virtual ~InferClient() = default;

  /// Describes `model`; an empty `version` lets the server choose.
  virtual Result<ModelDescription> Metadata(std::string_view model, std::string_view version) = 0;
  virtual Result<InferAnswer> Infer(const InferCall& call) = 0;
  /// Whether the server takes inference requests now.
  virtual Result<bool> Ready() = 0;
};

}  // namespace slipway::api::client
