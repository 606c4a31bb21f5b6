// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"

#include <string>
#include <string_view>

namespace slipway::api::client {

/// Paths of the methods that a client calls.
inline constexpr std::string_view kServerReadyMethod =
    "/inference.GRPCInferenceService/ServerReady";
inline constexpr std::string_view kModelMetadataMethod =
    "/inference.GRPCInferenceService/ModelMetadata";
inline constexpr std::string_view kModelInferMethod = "/inference.GRPCInferenceService/ModelInfer";

/// Requests, each as a gRPC message with its prefix of 5 bytes. kInvalidArgument if a tensor has no
/// form on the wire; kResourceExhausted if the message would have 2 GiB or more.
Result<std::string> EncodeServerReady();
Result<std::string> EncodeModelMetadata(std::string_view model, std::string_view version);
Result<std::string> EncodeModelInfer(const InferCall& call);

/// Answers, out of messages without their prefix. kInternal if they make no sense.
Result<bool> DecodeServerReady(std::string_view message);
Result<ModelDescription> DecodeModelMetadata(std::string_view message);
Result<InferAnswer> DecodeModelInfer(std::string_view message);

}  // namespace slipway::api::client
