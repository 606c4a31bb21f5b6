// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_decoder.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_wire_reader.h"
#include "slipway/api/internal/tensor_contents.h"
#include "slipway/api/internal/wire_tensor.h"
#include "slipway/api/proto/inference.pb.h"

#include <memory>
#include <utility>

namespace slipway::api {
namespace {

/// What a message shows of a client's text.
constexpr std::size_t kShownLength = 64;

Error NotProtobuf(std::string_view what) {
  return InvalidArgument("{} is not a valid protobuf message", what);
}

/// An `InferInputTensor`, before it is a tensor.
struct InputFields {
  std::string_view name;
  std::string_view datatype;
  std::vector<std::int64_t> shape;
  std::optional<inference::InferTensorContents> contents;
};

/// An entry of a map<string, InferParameter>.
struct ParameterFields {
  std::string_view key;
  inference::InferParameter value;
};

bool MergeInto(google::protobuf::MessageLite& message, std::string_view bytes) {
  // The library takes no fields of 2 GiB, and the reader has refused them.
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  return message.MergeFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

Result<ParameterFields> ReadParameterFields(std::string_view bytes) {
  ParameterFields parameter;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.Is(1, WireType::kLength)) {
      parameter.key = reader.ReadText();
    } else if (reader.Is(2, WireType::kLength)) {
      if (!MergeInto(parameter.value, reader.ReadBytes())) return NotProtobuf("a parameter");
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return NotProtobuf("a parameter");
  return parameter;
}

Result<serving::Parameter> ParameterValue(const ParameterFields& parameter) {
  const inference::InferParameter& value = parameter.value;
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
  return InvalidArgument("parameter {:?} has no value", parameter.key.substr(0, kShownLength));
}

class Decoder {
 public:
  explicit Decoder(RequestStorage& storage) : storage_(storage) {}

  Status Decode(std::string_view message);

  std::string_view model;
  std::string_view version;
  std::string_view id;
  serving::Parameters parameters;
  std::vector<serving::InputTensor> inputs;
  std::vector<std::string> outputs;

 private:
  Status ReadFields(std::string_view message);
  Status ReadListField(WireReader& reader);
  Status ReadParameter(std::string_view bytes);
  Status ReadInput(std::string_view bytes);
  Status ReadInputField(WireReader& reader, InputFields& input);
  Status ReadOutput(std::string_view bytes);
  Status CheckTensorParameterEntry(std::string_view bytes);
  Status MakeInput(std::size_t index);
  Result<TensorView> TensorOf(std::size_t index);

  RequestStorage& storage_;
  std::vector<InputFields> fields_;
  std::vector<std::string_view> raw_;
};

Status Decoder::Decode(std::string_view message) {
  SLIPWAY_TRY(ReadFields(message));
  if (!raw_.empty() && raw_.size() != fields_.size()) {
    return InvalidArgument("raw_input_contents has {} elements for {} inputs", raw_.size(),
                           fields_.size());
  }
  inputs.reserve(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Status made = MakeInput(i);
    if (!made) return Annotate(made.error(), "input {:?}", fields_[i].name.substr(0, kShownLength));
  }
  return {};
}

Status Decoder::ReadFields(std::string_view message) {
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.type() != WireType::kLength) {
      reader.Skip();
    } else if (reader.field() == 1) {
      model = reader.ReadText();
    } else if (reader.field() == 2) {
      version = reader.ReadText();
    } else if (reader.field() == 3) {
      id = reader.ReadText();
    } else {
      SLIPWAY_TRY(ReadListField(reader));
    }
  }
  if (!reader.ok()) return NotProtobuf("the ModelInferRequest");
  return {};
}

Status Decoder::ReadListField(WireReader& reader) {
  const std::uint32_t field = reader.field();
  const std::string_view bytes = reader.ReadBytes();
  if (!reader.ok()) return NotProtobuf("the ModelInferRequest");
  if (field == 4) return ReadParameter(bytes);
  if (field == 5) return ReadInput(bytes);
  if (field == 6) return ReadOutput(bytes);
  if (field == 7) {
    if (raw_.size() == kMaxTensorsPerRequest) {
      return InvalidArgument("raw_input_contents has more than {} elements", kMaxTensorsPerRequest);
    }
    raw_.push_back(bytes);
  }
  return {};
}

Status Decoder::ReadParameter(std::string_view bytes) {
  SLIPWAY_TRY_ASSIGN(const ParameterFields parameter, ReadParameterFields(bytes));
  SLIPWAY_TRY_ASSIGN(serving::Parameter value, ParameterValue(parameter));
  parameters.insert_or_assign(std::string(parameter.key), std::move(value));
  return {};
}

Status Decoder::ReadInput(std::string_view bytes) {
  if (fields_.size() == kMaxTensorsPerRequest) {
    return InvalidArgument("a request has at most {} inputs", kMaxTensorsPerRequest);
  }
  InputFields& input = fields_.emplace_back();
  WireReader reader(bytes);
  while (reader.Next()) SLIPWAY_TRY(ReadInputField(reader, input));
  if (!reader.ok()) return NotProtobuf("an InferInputTensor");
  return {};
}

Status Decoder::ReadInputField(WireReader& reader, InputFields& input) {
  if (reader.field() == 3 &&
      (reader.type() == WireType::kLength || reader.type() == WireType::kVarint)) {
    reader.ReadIntegers(input.shape, Shape::kMaxRank + 1);
  } else if (reader.type() != WireType::kLength) {
    reader.Skip();
  } else if (reader.field() == 1) {
    input.name = reader.ReadText();
  } else if (reader.field() == 2) {
    input.datatype = reader.ReadText();
  } else if (reader.field() == 4) {
    SLIPWAY_TRY(CheckTensorParameterEntry(reader.ReadBytes()));
  } else if (reader.field() == 5) {
    if (!input.contents) input.contents.emplace();
    if (!MergeInto(*input.contents, reader.ReadBytes())) return NotProtobuf("InferTensorContents");
  } else {
    reader.Skip();
  }
  return {};
}

Status Decoder::CheckTensorParameterEntry(std::string_view bytes) {
  SLIPWAY_TRY_ASSIGN(const ParameterFields parameter, ReadParameterFields(bytes));
  return CheckTensorParameter(parameter.key);
}

Status Decoder::ReadOutput(std::string_view bytes) {
  std::string_view name;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.Is(1, WireType::kLength)) {
      name = reader.ReadText();
    } else if (reader.Is(2, WireType::kLength)) {
      SLIPWAY_TRY(CheckTensorParameterEntry(reader.ReadBytes()));
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return NotProtobuf("an InferRequestedOutputTensor");
  return AddOutput(outputs, std::string(name));
}

Status Decoder::MakeInput(std::size_t index) {
  SLIPWAY_TRY_ASSIGN(const TensorView view, TensorOf(index));
  return AddInput(inputs, {std::string(fields_[index].name), view});
}

Result<TensorView> Decoder::TensorOf(std::size_t index) {
  const InputFields& input = fields_[index];
  SLIPWAY_TRY_ASSIGN(const DataType dtype, ParseWireType(input.datatype));
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(input.shape));
  if (raw_.empty()) {
    static const inference::InferTensorContents kNoContents;
    SLIPWAY_TRY_ASSIGN(Tensor tensor,
                       TensorFromContents(dtype, shape, input.contents.value_or(kNoContents)));
    return storage_.tensors.emplace_back(std::move(tensor)).view();
  }
  if (input.contents) {
    return InvalidArgument("raw_input_contents and typed contents are mixed in one request");
  }
  const TensorView view{dtype, shape, AsBytes(raw_[index])};
  SLIPWAY_TRY(CheckWireTensor(view));
  return view;
}

}  // namespace

Result<serving::InferRequest> DecodeGrpcInfer(std::string body,
                                              std::optional<SteadyTime> deadline) {
  auto storage = std::make_shared<RequestStorage>();
  storage->body = std::move(body);
  SLIPWAY_TRY_ASSIGN(const std::string_view message, UnframeGrpcMessage(storage->body));
  Decoder decoder(*storage);
  SLIPWAY_TRY(decoder.Decode(message));
  SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(decoder.model));
  std::optional<VersionId> version;
  if (!decoder.version.empty()) {
    SLIPWAY_TRY_ASSIGN(version, VersionId::Parse(decoder.version));
  }
  return serving::InferRequest{.model = std::move(model),
                               .version = version,
                               .id = std::string(decoder.id),
                               .inputs = std::move(decoder.inputs),
                               .outputs = std::move(decoder.outputs),
                               .parameters = std::move(decoder.parameters),
                               .deadline = deadline,
                               .storage = std::move(storage)};
}

}  // namespace slipway::api
