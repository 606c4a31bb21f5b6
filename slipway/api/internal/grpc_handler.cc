// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_handler.h"

#include "slipway/api/internal/classify_outputs.h"
#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_health.h"
#include "slipway/api/internal/grpc_infer_decoder.h"
#include "slipway/api/internal/grpc_infer_encoder.h"
#include "slipway/api/internal/grpc_infer_stream.h"
#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/internal/grpc_metadata_procedures.h"
#include "slipway/api/internal/grpc_reflection.h"
#include "slipway/api/internal/grpc_repository_procedures.h"
#include "slipway/api/internal/grpc_settings_procedures.h"
#include "slipway/api/internal/grpc_shared_memory_procedures.h"
#include "slipway/api/internal/request_headers.h"
#include "slipway/api/internal/shown_length.h"

#include <algorithm>
#include <utility>

namespace slipway::api {
namespace {

/// The deadline that the request's `grpc-timeout` asks for.
Result<std::optional<SteadyTime>> DeadlineOf(const HttpRequest& request, SteadyTime begin) {
  const std::optional<std::string_view> text = request.headers.Find("grpc-timeout");
  if (!text) return std::optional<SteadyTime>();
  SLIPWAY_TRY_ASSIGN(const std::chrono::nanoseconds timeout, ParseGrpcTimeout(*text));
  // What lies beyond the end of time is no deadline.
  if (timeout >= SteadyTime::max() - begin) return std::optional<SteadyTime>();
  return std::optional(begin + timeout);
}

/// Answers with the outcome of a change, whose response has no fields.
serving::StatusCallback AnswerTo(GrpcExchange exchange) {
  return [exchange = std::move(exchange)](const Status& outcome) mutable {
    if (!outcome) return exchange.Fail(outcome.error());
    exchange.Answer(FrameGrpcMessage(""));
  };
}

}  // namespace

bool IsGrpcContentType(std::string_view content_type) {
  constexpr std::string_view kGrpc = "application/grpc";
  if (!content_type.starts_with(kGrpc)) return false;
  const std::string_view rest = content_type.substr(kGrpc.size());
  const std::string_view codec = rest.substr(0, rest.find(';'));
  return codec.empty() || codec == "+proto";
}

StreamMode GrpcHandler::ModeOf(const HttpRequest& head) {
  if (std::ranges::find(kGrpcStreamPaths, head.target) == kGrpcStreamPaths.end()) {
    return StreamMode::kWhole;
  }
  const bool is_grpc = IsGrpcContentType(head.headers.Find("content-type").value_or(""));
  return is_grpc ? StreamMode::kBothSides : StreamMode::kWhole;
}

void GrpcHandler::Handle(HttpRequest request, Exchange plain_exchange) const {
  GrpcExchange exchange(std::move(plain_exchange));
  const Route* route = MatchGrpc(PathOf(request.target), offered_);
  if (route != nullptr) exchange.SetRoute(*route);
  if (const Status head = CheckHead(request, route); !head) return exchange.Fail(head.error());
  if (const Status read = ReadCoding(request, exchange); !read) return exchange.Fail(read.error());
  switch (route->operation) {
    case Operation::kModelInfer:
      return Infer(std::move(request), std::move(exchange));
    case Operation::kModelLoad:
      return Load(request.body, std::move(exchange));
    case Operation::kModelUnload:
      return Unload(request.body, std::move(exchange));
    default:
      break;
  }
  const Result<std::string> answer = Call(route->operation, request.body);
  if (!answer) return exchange.Fail(answer.error());
  exchange.Answer(FrameGrpcMessage(*answer));
}

Status GrpcHandler::CheckHead(const HttpRequest& request, const Route* route) const {
  if (route == nullptr) {
    return MakeError(ErrorCode::kUnimplemented, "method {:?} is not implemented",
                     PathOf(request.target).substr(0, kShownLength));
  }
  if (request.version != HttpVersion::kHttp2) return InvalidArgument("gRPC needs HTTP/2");
  if (request.method != "POST") {
    return InvalidArgument("gRPC needs the method POST, got {:?}",
                           std::string_view(request.method).substr(0, kShownLength));
  }
  return parts_.settings.grpc_access.Check(route->permission.get(), request.headers);
}

Status GrpcHandler::ReadCoding(HttpRequest& request, GrpcExchange& exchange) const {
  const bool is_compressed = IsCompressedGrpc(request.body);
  if (is_compressed || parts_.settings.compress_grpc) {
    exchange.SetCoding(GrpcResponseCoding(request.headers));
  }
  if (!is_compressed) return {};
  SLIPWAY_TRY_ASSIGN(const ContentCoding coding, GrpcRequestCoding(request.headers));
  SLIPWAY_TRY_ASSIGN(request.body, DecompressGrpcMessage(request.body, coding,
                                                         parts_.settings.max_grpc_message_bytes));
  return {};
}

Result<std::string> GrpcHandler::Call(Operation operation, std::string_view framed) const {
  SLIPWAY_TRY(CheckGrpcLength(framed));
  switch (operation) {
    case Operation::kServerLive:
      return AnswerServerLive(parts_.service);
    case Operation::kServerReady:
      return AnswerServerReady(parts_.service);
    case Operation::kServerMetadata:
      return AnswerServerMetadata(parts_);
    case Operation::kModelReady:
      return AnswerModelReady(parts_.service, framed);
    case Operation::kModelMetadata:
      return AnswerModelMetadata(parts_.service, framed);
    case Operation::kHealthCheck:
      return AnswerHealthCheck(parts_.service, framed);
    case Operation::kModelConfig:
    case Operation::kModelStatistics:
    case Operation::kRepositoryIndex:
      return CallAdministration(operation, framed);
    default:
      return CallExtension(operation, framed);
  }
}

Result<std::string> GrpcHandler::CallExtension(Operation operation, std::string_view framed) const {
  switch (operation) {
    case Operation::kTraceSetting:
      return AnswerTraceSetting(parts_, framed);
    case Operation::kLogSettings:
      return AnswerLogSettings(framed);
    case Operation::kSystemSharedMemoryStatus:
      return AnswerSharedMemoryStatus(parts_.regions, framed);
    case Operation::kSystemSharedMemoryRegister:
      return AnswerSharedMemoryRegister(parts_.regions, framed);
    case Operation::kSystemSharedMemoryUnregister:
      return AnswerSharedMemoryUnregister(parts_.regions, framed);
    case Operation::kCudaSharedMemoryStatus:
    case Operation::kCudaSharedMemoryRegister:
    case Operation::kCudaSharedMemoryUnregister:
      return MakeError(ErrorCode::kUnimplemented, "CUDA shared memory is not supported");
    default:
      return InternalError("a route has no gRPC handler");
  }
}

Result<std::string> GrpcHandler::CallAdministration(Operation operation,
                                                    std::string_view framed) const {
  SLIPWAY_TRY_ASSIGN(const serving::ModelAdministration* administration, Administration());
  switch (operation) {
    case Operation::kModelConfig:
      return AnswerModelConfig(*administration, framed);
    case Operation::kModelStatistics:
      return AnswerModelStatistics(*administration, framed);
    default:
      return AnswerRepositoryIndex(*administration, framed);
  }
}

Result<serving::ModelAdministration*> GrpcHandler::Administration() const {
  if (parts_.administration != nullptr) return parts_.administration;
  return MakeError(ErrorCode::kUnimplemented, "this server does not administrate its models");
}

void GrpcHandler::Load(std::string_view framed, GrpcExchange exchange) const {
  const Result<serving::ModelAdministration*> administration = Administration();
  if (!administration) return exchange.Fail(administration.error());
  Result<serving::LoadRequest> request = ReadLoadRequest(framed);
  if (!request) return exchange.Fail(request.error());
  (*administration)->Load(*std::move(request), AnswerTo(std::move(exchange)));
}

void GrpcHandler::Unload(std::string_view framed, GrpcExchange exchange) const {
  const Result<serving::ModelAdministration*> administration = Administration();
  if (!administration) return exchange.Fail(administration.error());
  const Result<ModelName> model = ReadUnloadRequest(framed);
  if (!model) return exchange.Fail(model.error());
  (*administration)->Unload(*model, AnswerTo(std::move(exchange)));
}

void GrpcHandler::Infer(HttpRequest request, GrpcExchange exchange) const {
  const Result<std::optional<SteadyTime>> deadline = DeadlineOf(request, exchange.begin());
  if (!deadline) return exchange.Fail(deadline.error());
  Result<GrpcInferRequest> infer =
      DecodeGrpcInfer({.body = std::move(request.body),
                       .deadline = *deadline,
                       .regions = parts_.regions,
                       .max_shared_bytes = parts_.settings.max_grpc_message_bytes});
  if (!infer) return exchange.Fail(infer.error());
  AddFromHeaders(parts_.settings.grpc_headers, request.headers, infer->request);
  infer->request.cancelled = std::move(request.gone);
  parts_.service.Infer(
      std::move(infer->request),
      [&service = parts_.service, exchange = std::move(exchange),
       outputs = std::move(infer->outputs)](Result<serving::InferResponse> answer) mutable {
        if (!answer) return exchange.Fail(answer.error());
        const Status classified = ClassifyOutputs(service, outputs, *answer);
        if (!classified) return exchange.Fail(classified.error());
        Result<std::vector<BodyPart>> encoded = EncodeGrpcInfer(*answer, outputs);
        if (!encoded) return exchange.Fail(encoded.error());
        exchange.Answer(*std::move(encoded));
      });
}

std::shared_ptr<StreamObserver> GrpcHandler::HandleStream(
    HttpRequest request, std::unique_ptr<HttpStream> stream) const {
  const Route* const route = MatchGrpc(PathOf(request.target), offered_);
  Result<std::shared_ptr<StreamObserver>> opened = Open(request, route, stream);
  if (opened) return *std::move(opened);
  return std::make_shared<RefusedGrpcStream>(parts_.context, route, std::move(stream),
                                             opened.error());
}

// Takes `stream` only if it succeeds.
Result<std::shared_ptr<StreamObserver>> GrpcHandler::Open(
    HttpRequest& request, const Route* route, std::unique_ptr<HttpStream>& stream) const {
  SLIPWAY_TRY(CheckHead(request, route));
  const SteadyTime begin = parts_.context.clock.Now();
  SLIPWAY_TRY_ASSIGN(const std::optional<SteadyTime> deadline, DeadlineOf(request, begin));
  GrpcStreamCall call{.context = parts_.context,
                      .route = *route,
                      .stream = std::move(stream),
                      .headers = std::move(request.headers),
                      .begin = begin,
                      .deadline = deadline,
                      .max_message_bytes = parts_.settings.max_grpc_message_bytes,
                      .compress = parts_.settings.compress_grpc};
  switch (route->operation) {
    case Operation::kModelStreamInfer:
      return std::make_shared<GrpcInferStream>(parts_, std::move(call));
    case Operation::kHealthWatch:
      return std::make_shared<GrpcHealthWatch>(parts_.service, std::move(call));
    default:
      return std::make_shared<GrpcReflectionStream>(std::move(call));
  }
}

}  // namespace slipway::api
