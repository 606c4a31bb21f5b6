// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_handler.h"

#include "slipway/api/internal/classify_outputs.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/raw_infer_decoder.h"
#include "slipway/api/internal/request_headers.h"
#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/api/internal/rest_infer_encoder.h"
#include "slipway/api/internal/rest_response.h"

#include <utility>

namespace slipway::api {
namespace {

Result<RestInferRequest> Decode(HttpRequest& request, const RouteMatch& match,
                                const FrontParts& parts) {
  SLIPWAY_TRY_ASSIGN(ModelTarget target, ParseModelTarget(match));
  RestInferMessage message{.model = std::move(target.model),
                           .version = target.version,
                           .json_length = request.headers.Find("inference-header-content-length"),
                           .body = std::move(request.body),
                           .regions = parts.regions,
                           .max_shared_bytes = parts.settings.max_body_bytes};
  if (!IsRawInfer(message.json_length)) return DecodeRestInfer(std::move(message));
  SLIPWAY_TRY_ASSIGN(const serving::ModelMetadata metadata,
                     parts.service.Metadata(message.model, message.version));
  return DecodeRawInfer(std::move(message), metadata);
}

Result<HttpResponse> Encode(const serving::InferenceService& service, const OutputChoice& choice,
                            Result<serving::InferResponse> answer) {
  if (!answer) return answer.error();
  SLIPWAY_TRY(ClassifyOutputs(service, choice.requested, *answer));
  return EncodeRestInfer(*answer, choice);
}

}  // namespace

void RestInferHandler::Infer(HttpRequest request, const RouteMatch& match,
                             Exchange exchange) const {
  Result<RestInferRequest> infer = Decode(request, match, parts_);
  if (!infer) return exchange.Answer(FailureResponse(infer.error()));
  AddFromHeaders(parts_.settings.rest_headers, request.headers, infer->request);
  infer->request.cancelled = std::move(request.gone);
  parts_.service.Infer(
      std::move(infer->request),
      [&service = parts_.service, exchange = std::move(exchange),
       choice = std::move(infer->choice)](Result<serving::InferResponse> answer) mutable {
        Result<HttpResponse> encoded = Encode(service, choice, std::move(answer));
        exchange.Answer(encoded ? *std::move(encoded) : FailureResponse(encoded.error()));
      });
}

}  // namespace slipway::api
