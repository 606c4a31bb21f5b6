// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_stream.h"

#include "slipway/api/internal/classify_outputs.h"
#include "slipway/api/internal/grpc_infer_decoder.h"
#include "slipway/api/internal/grpc_infer_encoder.h"
#include "slipway/api/internal/request_headers.h"

#include <utility>

namespace slipway::api {
namespace {

/// With this field a client asks that an error be the status of the call.
constexpr std::string_view kErrorsEndTheCall = "triton_grpc_error";
/// With this parameter a client asks for an empty last answer where a model gives several; one that
/// gives a single answer marks that as the last.
constexpr std::string_view kWantsEmptyFinal = "triton_enable_empty_final_response";

/// Takes the parameter that is meant for the stream itself.
Status TakeStreamParameters(serving::InferRequest& request) {
  const auto found = request.parameters.find(kWantsEmptyFinal);
  if (found == request.parameters.end()) return {};
  if (!std::holds_alternative<bool>(found->second)) {
    return InvalidArgument("parameter {:?} is no bool", kWantsEmptyFinal);
  }
  request.parameters.erase(found);
  return {};
}

}  // namespace

GrpcInferStream::GrpcInferStream(const FrontParts& parts, GrpcStreamCall call)
    : GrpcStream(std::move(call)),
      parts_(parts),
      errors_end_the_call_(headers().Find(kErrorsEndTheCall) == "true") {}

void GrpcInferStream::OnMessage(std::string framed) {
  BeginWork();
  Result<GrpcInferRequest> infer =
      DecodeGrpcInfer({.body = std::move(framed),
                       .deadline = deadline(),
                       .regions = parts_.regions,
                       .max_shared_bytes = parts_.settings.max_grpc_message_bytes});
  if (!infer) return AnswerError(infer.error(), "");
  serving::InferRequest& request = infer->request;
  std::string id = request.id;
  if (const Status taken = TakeStreamParameters(request); !taken) {
    return AnswerError(taken.error(), id);
  }
  AddFromHeaders(parts_.settings.grpc_headers, headers(), request);
  request.cancelled = cancelled_.get_token();
  parts_.service.Infer(
      std::move(request),
      [self = shared_from_this(), id = std::move(id), outputs = std::move(infer->outputs)](
          Result<serving::InferResponse> answer) { self->Answer(std::move(answer), outputs, id); });
}

void GrpcInferStream::Answer(Result<serving::InferResponse> answer,
                             std::span<const RequestedOutput> outputs, const std::string& id) {
  Result<std::vector<BodyPart>> encoded = Encode(std::move(answer), outputs);
  if (!encoded) return AnswerError(encoded.error(), id);
  EndWork(*std::move(encoded));
}

Result<std::vector<BodyPart>> GrpcInferStream::Encode(
    Result<serving::InferResponse> answer, std::span<const RequestedOutput> outputs) const {
  if (!answer) return answer.error();
  SLIPWAY_TRY(ClassifyOutputs(parts_.service, outputs, *answer));
  return EncodeGrpcStreamInfer(*answer, outputs);
}

void GrpcInferStream::AnswerError(const Error& error, const std::string& id) {
  if (errors_end_the_call_) return Fail(error);
  EndWork(EncodeGrpcStreamError(error.message(), id));
}

}  // namespace slipway::api
