// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_codec.h"

#include "slipway/api/client/internal/grpc_status.h"
#include "slipway/api/client/internal/malformed_answer.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/tensor/bytes_layout.h"

#include <limits>

namespace slipway::api::client {
namespace {

using WireOutput = inference::ModelInferResponse::InferOutputTensor;

Result<std::string> Frame(const google::protobuf::Message& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > std::numeric_limits<std::int32_t>::max()) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "a message of {} bytes; gRPC carries up to 2 GiB", size);
  }
  std::string frame = GrpcPrefix(size);
  if (message.AppendToString(&frame)) return frame;
  return InternalError("cannot encode {}", message.GetTypeName());
}

template <typename Message>
Result<Message> Parse(std::string_view bytes) {
  Message message;
  if (bytes.size() <= std::numeric_limits<std::int32_t>::max() &&
      message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return message;
  }
  return InternalError("malformed answer of the server: {} bytes are no {}", bytes.size(),
                       message.GetTypeName());
}

Result<DataType> ParseDataType(const std::string& name) {
  const std::optional<DataType> dtype = DataTypeFromWireName(name);
  if (!dtype) return InternalError("its datatype is \"{}\", which KServe v2 has not", name);
  return *dtype;
}

// Elements of a wire type as a tensor of the type `T` has them.
template <typename T, typename Elements>
Status AppendElements(const Elements& elements, std::string& bytes) {
  for (const auto element : elements) {
    if (!std::in_range<T>(element)) return InternalError("{} is out of its range", element);
    const T narrow = static_cast<T>(element);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof(narrow));
  }
  return {};
}

template <typename Elements>
Status AppendAsTheyAre(const Elements& elements, std::string& bytes) {
  for (const auto element : elements) {
    bytes.append(reinterpret_cast<const char*>(&element), sizeof(element));
  }
  return {};
}

// The bytes of a tensor whose elements came in the typed fields.
Status AppendContents(const inference::InferTensorContents& contents, DataType dtype,
                      std::string& bytes) {
  switch (dtype) {
    case DataType::kBool:
      return AppendAsTheyAre(contents.bool_contents(), bytes);
    case DataType::kInt8:
      return AppendElements<std::int8_t>(contents.int_contents(), bytes);
    case DataType::kInt16:
      return AppendElements<std::int16_t>(contents.int_contents(), bytes);
    case DataType::kInt32:
      return AppendAsTheyAre(contents.int_contents(), bytes);
    case DataType::kInt64:
      return AppendAsTheyAre(contents.int64_contents(), bytes);
    case DataType::kUint8:
      return AppendElements<std::uint8_t>(contents.uint_contents(), bytes);
    case DataType::kUint16:
      return AppendElements<std::uint16_t>(contents.uint_contents(), bytes);
    case DataType::kUint32:
      return AppendAsTheyAre(contents.uint_contents(), bytes);
    case DataType::kUint64:
      return AppendAsTheyAre(contents.uint64_contents(), bytes);
    case DataType::kFloat32:
      return AppendAsTheyAre(contents.fp32_contents(), bytes);
    case DataType::kFloat64:
      return AppendAsTheyAre(contents.fp64_contents(), bytes);
    case DataType::kBytes:
      for (const std::string& element : contents.bytes_contents()) {
        SLIPWAY_TRY(AppendBytesElement(bytes, element));
      }
      return {};
    default:
      return InternalError("{} has no typed contents", WireName(dtype));
  }
}

// `raw` is the output's raw bytes, or null if they came in typed contents.
Result<Tensor> ReadTensor(const WireOutput& output, const std::string* raw) {
  SLIPWAY_TRY_ASSIGN(const DataType dtype, ParseDataType(output.datatype()));
  SLIPWAY_TRY_ASSIGN(
      const Shape shape,
      Shape::Create({output.shape().data(), static_cast<std::size_t>(output.shape_size())}));
  if (raw != nullptr) {
    return Tensor::CopyOf({.dtype = dtype, .shape = shape, .bytes = AsBytes(*raw)});
  }
  std::string bytes;
  SLIPWAY_TRY(AppendContents(output.contents(), dtype, bytes));
  return Tensor::CopyOf({.dtype = dtype, .shape = shape, .bytes = AsBytes(bytes)});
}

Result<std::vector<OutputTensor>> ReadOutputs(const inference::ModelInferResponse& response) {
  const int raw_count = response.raw_output_contents_size();
  if (raw_count != 0 && raw_count != response.outputs_size()) {
    return InternalError("{} outputs with {} raw contents", response.outputs_size(), raw_count);
  }
  std::vector<OutputTensor> outputs;
  for (int i = 0; i < response.outputs_size(); ++i) {
    const WireOutput& output = response.outputs(i);
    Result<Tensor> tensor =
        ReadTensor(output, raw_count == 0 ? nullptr : &response.raw_output_contents(i));
    if (!tensor) return Annotate(tensor.error(), "output \"{}\"", output.name());
    outputs.push_back({.name = output.name(), .tensor = *std::move(tensor)});
  }
  return outputs;
}

Result<std::vector<TensorDescription>> ReadDescriptions(
    const google::protobuf::RepeatedPtrField<inference::ModelMetadataResponse::TensorMetadata>&
        entries) {
  std::vector<TensorDescription> tensors;
  for (const auto& entry : entries) {
    const Result<DataType> dtype = ParseDataType(entry.datatype());
    if (!dtype) return Annotate(dtype.error(), "tensor \"{}\"", entry.name());
    tensors.push_back({.name = entry.name(),
                       .dtype = *dtype,
                       .shape = {entry.shape().begin(), entry.shape().end()}});
  }
  return tensors;
}

Status FillInput(const InputTensor& input, inference::ModelInferRequest& request) {
  SLIPWAY_TRY(CheckByteCount(input.tensor));
  const std::string_view datatype = WireName(input.tensor.dtype);
  if (datatype.empty()) {
    return InvalidArgument("KServe v2 carries no {}", DataTypeName(input.tensor.dtype));
  }
  auto& wire = *request.add_inputs();
  wire.set_name(input.name);
  wire.set_datatype(std::string(datatype));
  for (const std::int64_t size : input.tensor.shape.sizes()) wire.add_shape(size);
  request.add_raw_input_contents(input.tensor.bytes.data(), input.tensor.bytes.size());
  return {};
}

}  // namespace

Result<std::string> EncodeServerReady() { return Frame(inference::ServerReadyRequest()); }

Result<std::string> EncodeModelMetadata(std::string_view model, std::string_view version) {
  inference::ModelMetadataRequest request;
  request.set_name(std::string(model));
  request.set_version(std::string(version));
  return Frame(request);
}

Result<std::string> EncodeModelInfer(const InferCall& call) {
  inference::ModelInferRequest request;
  request.set_model_name(call.model);
  request.set_model_version(call.version);
  request.set_id(call.id);
  for (const InputTensor& input : call.inputs) {
    const Status filled = FillInput(input, request);
    if (!filled) return Annotate(filled.error(), "input \"{}\"", input.name);
  }
  for (const std::string& name : call.outputs) request.add_outputs()->set_name(name);
  return Frame(request);
}

Result<bool> DecodeServerReady(std::string_view message) {
  SLIPWAY_TRY_ASSIGN(const auto response, Parse<inference::ServerReadyResponse>(message));
  return response.ready();
}

Result<ModelDescription> DecodeModelMetadata(std::string_view message) {
  SLIPWAY_TRY_ASSIGN(const auto response, Parse<inference::ModelMetadataResponse>(message));
  Result<std::vector<TensorDescription>> inputs = ReadDescriptions(response.inputs());
  if (!inputs) return MalformedAnswer(inputs.error());
  Result<std::vector<TensorDescription>> outputs = ReadDescriptions(response.outputs());
  if (!outputs) return MalformedAnswer(outputs.error());
  return ModelDescription{.name = response.name(),
                          .versions = {response.versions().begin(), response.versions().end()},
                          .platform = response.platform(),
                          .inputs = *std::move(inputs),
                          .outputs = *std::move(outputs)};
}

Result<InferAnswer> DecodeModelInfer(std::string_view message) {
  SLIPWAY_TRY_ASSIGN(const auto response, Parse<inference::ModelInferResponse>(message));
  Result<std::vector<OutputTensor>> outputs = ReadOutputs(response);
  if (!outputs) return MalformedAnswer(outputs.error());
  return InferAnswer{.model = response.model_name(),
                     .version = response.model_version(),
                     .id = response.id(),
                     .outputs = *std::move(outputs)};
}

}  // namespace slipway::api::client
