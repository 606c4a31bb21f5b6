// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_handler.h"

#include "slipway/api/internal/classification.h"
#include "slipway/api/internal/model_target.h"
#include "slipway/api/internal/raw_infer_decoder.h"
#include "slipway/api/internal/rest_infer_decoder.h"
#include "slipway/api/internal/rest_infer_encoder.h"
#include "slipway/api/internal/rest_response.h"
#include "slipway/api/internal/trace_parent.h"

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

/// Replaces the outputs that are wanted as classes by their best ones.
Status ClassifyOutputs(const serving::InferenceService& service, const OutputChoice& choice,
                       serving::InferResponse& response) {
  for (std::size_t i = 0; i < std::min(choice.requested.size(), response.outputs.size()); ++i) {
    const std::uint64_t classes = choice.requested[i].classes;
    if (classes == 0) continue;
    serving::OutputTensor& output = response.outputs[i];
    const Result<serving::ModelMetadata> metadata =
        service.Metadata(response.model, response.version);
    // A version that was unloaded meanwhile has answered all the same.
    const bool batches =
        metadata ? metadata->max_batch_size > 0 : output.tensor.view.shape.rank() > 1;
    Result<SharedTensor> best =
        Classify(output.tensor.view,
                 {.classes = classes,
                  .batches = batches,
                  .labels = service.Labels(response.model, response.version, output.name)});
    if (!best) return Annotate(best.error(), "output {:?}", output.name);
    output.tensor = *std::move(best);
  }
  return {};
}

Result<HttpResponse> Encode(const serving::InferenceService& service, const OutputChoice& choice,
                            Result<serving::InferResponse> answer) {
  if (!answer) return answer.error();
  SLIPWAY_TRY(ClassifyOutputs(service, choice, *answer));
  return EncodeRestInfer(*answer, choice);
}

}  // namespace

void AddFromHeaders(const FrontSettings& settings, const Headers& headers,
                    serving::InferRequest& request) {
  settings.rest_headers.AddTo(request.parameters, headers);
  if (const auto parent = headers.Find("traceparent")) request.trace = ParseTraceParent(*parent);
}

void RestInferHandler::Infer(HttpRequest request, const RouteMatch& match,
                             Exchange exchange) const {
  Result<RestInferRequest> infer = Decode(request, match, parts_);
  if (!infer) return exchange.Answer(FailureResponse(infer.error()));
  AddFromHeaders(parts_.settings, request.headers, infer->request);
  parts_.service.Infer(
      std::move(infer->request),
      [&service = parts_.service, exchange = std::move(exchange),
       choice = std::move(infer->choice)](Result<serving::InferResponse> answer) mutable {
        Result<HttpResponse> encoded = Encode(service, choice, std::move(answer));
        exchange.Answer(encoded ? *std::move(encoded) : FailureResponse(encoded.error()));
      });
}

}  // namespace slipway::api
