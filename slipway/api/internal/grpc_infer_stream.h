// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/front_parts.h"
#include "slipway/api/internal/grpc_stream.h"
#include "slipway/api/internal/output_choice.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace slipway::api {

/// ModelStreamInfer: requests and answers on one stream. Answers leave in the order in which they
/// are ready; clients tell them apart by their ids. An error is an answer like others, unless the
/// client wants it to end the call. What is in work is cancelled when the client goes.
class GrpcInferStream final : public GrpcStream,
                              public std::enable_shared_from_this<GrpcInferStream> {
 public:
  /// `parts` outlives the stream.
  GrpcInferStream(const FrontParts& parts, GrpcStreamCall call);

 private:
  void OnMessage(std::string framed) override;
  void OnCancelled() override { cancelled_.request_stop(); }

  void Answer(Result<serving::InferResponse> answer, std::span<const RequestedOutput> outputs,
              const std::string& id);
  Result<std::vector<BodyPart>> Encode(Result<serving::InferResponse> answer,
                                       std::span<const RequestedOutput> outputs) const;
  void AnswerError(const Error& error, const std::string& id);

  const FrontParts& parts_;
  const bool errors_end_the_call_;
  std::stop_source cancelled_;
};

}  // namespace slipway::api
