// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_reflection.h"

#include "slipway/api/internal/grpc_descriptors.h"
#include "slipway/api/internal/grpc_messages.h"
#include "slipway/api/proto/reflection.pb.h"

namespace slipway::api {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void SetError(const Error& error, ServerReflectionResponse& response) {
  auto& answer = *response.mutable_error_response();
  answer.set_error_code(static_cast<int>(GrpcStatusOf(error.code())));
  answer.set_error_message(error.message());
}

void SetFiles(const Result<std::vector<std::string>>& files, ServerReflectionResponse& response) {
  if (!files) return SetError(files.error(), response);
  auto& answer = *response.mutable_file_descriptor_response();
  for (const std::string& file : *files) answer.add_file_descriptor_proto(file);
}

void SetExtensions(const std::string& type, ServerReflectionResponse& response) {
  if (const Status known = CheckGrpcType(type); !known) return SetError(known.error(), response);
  response.mutable_all_extension_numbers_response()->set_base_type_name(type);
}

void Answer(const ServerReflectionRequest& request, ServerReflectionResponse& response) {
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const std::string& name : GrpcServiceNames()) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      return;
    case ServerReflectionRequest::kFileByFilename:
      return SetFiles(GrpcFileNamed(request.file_by_filename()), response);
    case ServerReflectionRequest::kFileContainingSymbol:
      return SetFiles(GrpcFileWithSymbol(request.file_containing_symbol()), response);
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      return SetExtensions(request.all_extension_numbers_of_type(), response);
    case ServerReflectionRequest::kFileContainingExtension:
      return SetError(NotFound("there are no extensions"), response);
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      return SetError(InvalidArgument("the request asks for nothing"), response);
  }
}

}  // namespace

void GrpcReflectionStream::OnMessage(std::string framed) {
  const auto request = ParseGrpcMessage<ServerReflectionRequest>(framed);
  if (!request) return Fail(request.error());
  ServerReflectionResponse response;
  response.set_valid_host(request->host());
  *response.mutable_original_request() = *request;
  Answer(*request, response);
  Send(FrameGrpcMessage(response.SerializeAsString()));
}

}  // namespace slipway::api
