// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_descriptors.h"

#include "slipway/api/internal/shown_length.h"
#include "slipway/api/proto/health.pb.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/proto/reflection.pb.h"
#include "slipway/api/proto/reflection_v1alpha.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <array>

namespace slipway::api {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

/// The files with our services. The process knows others, which are no business of clients.
std::array<const FileDescriptor*, 4> ServedFiles() {
  return {inference::ServerLiveRequest::descriptor()->file(),
          grpc::health::v1::HealthCheckRequest::descriptor()->file(),
          grpc::reflection::v1::ServerReflectionRequest::descriptor()->file(),
          grpc::reflection::v1alpha::ServerReflectionRequest::descriptor()->file()};
}

void AddWithDependencies(const FileDescriptor& file, std::vector<const FileDescriptor*>& files) {
  if (std::ranges::find(files, &file) != files.end()) return;
  files.push_back(&file);
  for (int index = 0; index < file.dependency_count(); ++index) {
    AddWithDependencies(*file.dependency(index), files);
  }
}

std::vector<const FileDescriptor*> KnownFiles() {
  std::vector<const FileDescriptor*> files;
  for (const FileDescriptor* file : ServedFiles()) AddWithDependencies(*file, files);
  return files;
}

bool IsKnown(const FileDescriptor* file) {
  return file != nullptr && std::ranges::count(KnownFiles(), file) > 0;
}

std::vector<std::string> Serialized(const FileDescriptor& file) {
  std::vector<const FileDescriptor*> files;
  AddWithDependencies(file, files);
  std::vector<std::string> serialized;
  for (const FileDescriptor* each : files) {
    google::protobuf::FileDescriptorProto proto;
    each->CopyTo(&proto);
    serialized.push_back(proto.SerializeAsString());
  }
  return serialized;
}

}  // namespace

std::vector<std::string> GrpcServiceNames() {
  std::vector<std::string> names;
  for (const FileDescriptor* file : ServedFiles()) {
    for (int index = 0; index < file->service_count(); ++index) {
      names.push_back(file->service(index)->full_name());
    }
  }
  return names;
}

Result<std::vector<std::string>> GrpcFileNamed(std::string_view name) {
  const FileDescriptor* const file =
      DescriptorPool::generated_pool()->FindFileByName(std::string(name));
  if (IsKnown(file)) return Serialized(*file);
  return NotFound("file {:?} is unknown", name.substr(0, kShownLength));
}

Result<std::vector<std::string>> GrpcFileWithSymbol(std::string_view symbol) {
  const FileDescriptor* const file =
      DescriptorPool::generated_pool()->FindFileContainingSymbol(std::string(symbol));
  if (IsKnown(file)) return Serialized(*file);
  return NotFound("symbol {:?} is unknown", symbol.substr(0, kShownLength));
}

Status CheckGrpcType(std::string_view type) {
  const google::protobuf::Descriptor* const message =
      DescriptorPool::generated_pool()->FindMessageTypeByName(std::string(type));
  if (message != nullptr && IsKnown(message->file())) return {};
  return NotFound("type {:?} is unknown", type.substr(0, kShownLength));
}

}  // namespace slipway::api
