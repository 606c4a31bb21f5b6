// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_parameters.h"

#include "slipway/api/internal/grpc_wire_reader.h"
#include "slipway/api/internal/shared_tensor.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/proto/inference.pb.h"

#include <utility>

namespace slipway::api {
namespace {

Error BrokenParameter() { return InvalidArgument("a parameter is not a valid protobuf message"); }

Result<serving::Parameter> ParameterValue(const inference::InferParameter& value,
                                          std::string_view key) {
  switch (value.parameter_choice_case()) {
    case inference::InferParameter::kBoolParam:
      return value.bool_param();
    case inference::InferParameter::kInt64Param:
      return std::int64_t{value.int64_param()};
    case inference::InferParameter::kStringParam:
      return serving::Parameter(value.string_param());
    case inference::InferParameter::kDoubleParam:
      return value.double_param();
    case inference::InferParameter::kUint64Param:
      return std::uint64_t{value.uint64_param()};
    case inference::InferParameter::PARAMETER_CHOICE_NOT_SET:
      break;
  }
  return InvalidArgument("parameter {:?} has no value", key.substr(0, kShownLength));
}

/// A count of something: either kind of integer, at least `least`.
Result<std::uint64_t> CountOf(const GrpcParameter& parameter, std::uint64_t least) {
  std::optional<std::uint64_t> count;
  if (const auto* whole = std::get_if<std::int64_t>(&parameter.value); whole && *whole >= 0) {
    count = static_cast<std::uint64_t>(*whole);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&parameter.value)) {
    count = *natural;
  }
  if (count && *count >= least) return *count;
  return InvalidArgument("parameter {:?} is no integer of at least {}", parameter.key, least);
}

}  // namespace

bool MergeGrpcField(google::protobuf::MessageLite& message, std::string_view bytes) {
  // The library takes no fields of 2 GiB, and the reader has refused them.
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  return message.MergeFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

Result<GrpcParameter> ReadGrpcParameter(std::string_view bytes) {
  std::string_view key;
  inference::InferParameter value;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.Is(1, WireType::kLength)) {
      key = reader.ReadText();
    } else if (reader.Is(2, WireType::kLength)) {
      if (!MergeGrpcField(value, reader.ReadBytes())) return BrokenParameter();
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return BrokenParameter();
  SLIPWAY_TRY_ASSIGN(serving::Parameter parameter, ParameterValue(value, key));
  return GrpcParameter{.key = key, .value = std::move(parameter)};
}

Status GrpcTensorParameters::Take(std::string_view bytes) {
  SLIPWAY_TRY_ASSIGN(GrpcParameter parameter, ReadGrpcParameter(bytes));
  if (parameter.key == "classification") {
    SLIPWAY_TRY_ASSIGN(classes, CountOf(parameter, 1));
  } else if (parameter.key == "shared_memory_region") {
    auto* const name = std::get_if<std::string>(&parameter.value);
    if (name == nullptr) return InvalidArgument("parameter {:?} is no string", parameter.key);
    region = std::move(*name);
  } else if (parameter.key == "shared_memory_offset") {
    SLIPWAY_TRY_ASSIGN(offset, CountOf(parameter, 0));
  } else if (parameter.key == "shared_memory_byte_size") {
    SLIPWAY_TRY_ASSIGN(byte_size, CountOf(parameter, 0));
  }
  return {};
}

Result<SharedMemoryRange> GrpcTensorParameters::FindMemory(
    const SharedMemoryRegions* regions) const {
  if (regions == nullptr) return SharedMemoryNotOffered();
  if (!region) return InvalidArgument("the parameter \"shared_memory_region\" is missing");
  if (!byte_size) return InvalidArgument("the parameter \"shared_memory_byte_size\" is missing");
  return regions->Find(*region, offset, *byte_size);
}

}  // namespace slipway::api
