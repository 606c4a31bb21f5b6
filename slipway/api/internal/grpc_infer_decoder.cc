// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_decoder.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/internal/grpc_parameters.h"
#include "slipway/api/internal/grpc_wire_reader.h"
#include "slipway/api/internal/shared_tensor.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/internal/tensor_contents.h"
#include "slipway/api/internal/wire_tensor.h"
#include "slipway/api/proto/inference.pb.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace slipway::api {
namespace {

Error NotProtobuf(std::string_view what) {
  return InvalidArgument("{} is not a valid protobuf message", what);
}

/// An `InferInputTensor`, before it is a tensor.
struct InputFields {
  std::string_view name;
  std::string_view datatype;
  std::vector<std::int64_t> shape;
  GrpcTensorParameters parameters;
  std::optional<inference::InferTensorContents> contents;
};

class Decoder {
 public:
  Decoder(const GrpcInferMessage& message, RequestStorage& storage)
      : regions_(message.regions),
        shared_bytes_left_(message.max_shared_bytes),
        storage_(storage) {}

  Status Decode(std::string_view message);

  std::string_view model;
  std::string_view version;
  std::string_view id;
  serving::Parameters parameters;
  std::vector<serving::InputTensor> inputs;
  std::vector<std::string> outputs;
  std::vector<RequestedOutput> requested;  // Empty unless one is special.

 private:
  Status ReadFields(std::string_view message);
  Status ReadListField(WireReader& reader);
  Status ReadParameter(std::string_view bytes);
  Status ReadInput(std::string_view bytes);
  Status ReadInputField(WireReader& reader, InputFields& input);
  Status ReadOutput(std::string_view bytes);
  Status NoteOutput(const GrpcTensorParameters& parameters);
  Status CheckRawCount() const;
  Status MakeInput(const InputFields& input);
  Result<TensorView> TensorOf(const InputFields& input);
  Result<Tensor> SharedTensorOf(const InputFields& input, DataType dtype, const Shape& shape);

  const SharedMemoryRegions* const regions_;
  std::uint64_t shared_bytes_left_;
  RequestStorage& storage_;
  std::vector<InputFields> fields_;
  std::vector<std::string_view> raw_;
  std::size_t next_raw_ = 0;
};

Status Decoder::Decode(std::string_view message) {
  SLIPWAY_TRY(ReadFields(message));
  SLIPWAY_TRY(CheckRawCount());
  inputs.reserve(fields_.size());
  for (const InputFields& input : fields_) {
    const Status made = MakeInput(input);
    if (!made) return Annotate(made.error(), "input {:?}", input.name.substr(0, kShownLength));
  }
  return {};
}

// There is one raw tensor for each input that is not in shared memory, or none at all.
Status Decoder::CheckRawCount() const {
  if (raw_.empty()) return {};
  const auto wanted = std::ranges::count_if(
      fields_, [](const InputFields& input) { return !input.parameters.has_memory(); });
  if (std::cmp_equal(raw_.size(), wanted)) return {};
  return InvalidArgument("raw_input_contents has {} elements for {} inputs", raw_.size(), wanted);
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
  SLIPWAY_TRY_ASSIGN(GrpcParameter parameter, ReadGrpcParameter(bytes));
  parameters.insert_or_assign(std::string(parameter.key), std::move(parameter.value));
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
    SLIPWAY_TRY(input.parameters.Take(reader.ReadBytes()));
  } else if (reader.field() == 5) {
    if (!input.contents) input.contents.emplace();
    if (!MergeGrpcField(*input.contents, reader.ReadBytes()))
      return NotProtobuf("InferTensorContents");
  } else {
    reader.Skip();
  }
  return {};
}

Status Decoder::ReadOutput(std::string_view bytes) {
  std::string_view name;
  GrpcTensorParameters tensor_parameters;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.Is(1, WireType::kLength)) {
      name = reader.ReadText();
    } else if (reader.Is(2, WireType::kLength)) {
      SLIPWAY_TRY(tensor_parameters.Take(reader.ReadBytes()));
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return NotProtobuf("an InferRequestedOutputTensor");
  SLIPWAY_TRY(AddOutput(outputs, std::string(name)));
  const Status noted = NoteOutput(tensor_parameters);
  if (!noted) return Annotate(noted.error(), "output {:?}", name.substr(0, kShownLength));
  return {};
}

// Takes down how the output that was added last is sent, if it is not as it is.
Status Decoder::NoteOutput(const GrpcTensorParameters& tensor_parameters) {
  if (tensor_parameters.classes == 0 && !tensor_parameters.has_memory()) return {};
  requested.resize(outputs.size());
  requested.back().classes = tensor_parameters.classes;
  if (!tensor_parameters.has_memory()) return {};
  SLIPWAY_TRY_ASSIGN(requested.back().memory, tensor_parameters.FindMemory(regions_));
  return {};
}

Status Decoder::MakeInput(const InputFields& input) {
  SLIPWAY_TRY_ASSIGN(const TensorView view, TensorOf(input));
  return AddInput(inputs, {std::string(input.name), view});
}

Result<TensorView> Decoder::TensorOf(const InputFields& input) {
  SLIPWAY_TRY_ASSIGN(const DataType dtype, ParseWireType(input.datatype));
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(input.shape));
  if (input.parameters.has_memory()) {
    SLIPWAY_TRY_ASSIGN(Tensor tensor, SharedTensorOf(input, dtype, shape));
    return storage_.tensors.emplace_back(std::move(tensor)).view();
  }
  if (raw_.empty()) {
    static const inference::InferTensorContents no_contents;
    SLIPWAY_TRY_ASSIGN(Tensor tensor,
                       TensorFromContents(dtype, shape, input.contents.value_or(no_contents)));
    return storage_.tensors.emplace_back(std::move(tensor)).view();
  }
  if (input.contents) {
    return InvalidArgument("raw_input_contents and typed contents are mixed in one request");
  }
  const TensorView view{dtype, shape, AsBytes(raw_[next_raw_++])};
  SLIPWAY_TRY(CheckWireTensor(view));
  return view;
}

Result<Tensor> Decoder::SharedTensorOf(const InputFields& input, DataType dtype,
                                       const Shape& shape) {
  if (input.contents) {
    return InvalidArgument("the data is given both in the request and in shared memory");
  }
  SLIPWAY_TRY_ASSIGN(const SharedMemoryRange range, input.parameters.FindMemory(regions_));
  if (range.byte_size > shared_bytes_left_) {
    return InvalidArgument(
        "shared_memory_byte_size is {}, and a request reads no more than {} further bytes of "
        "shared memory",
        range.byte_size, shared_bytes_left_);
  }
  shared_bytes_left_ -= range.byte_size;
  return ReadSharedTensor(range, dtype, shape);
}

}  // namespace

Result<GrpcInferRequest> DecodeGrpcInfer(GrpcInferMessage message) {
  auto storage = std::make_shared<RequestStorage>();
  storage->body = std::move(message.body);
  SLIPWAY_TRY_ASSIGN(const std::string_view bytes, UnframeGrpcMessage(storage->body));
  Decoder decoder(message, *storage);
  SLIPWAY_TRY(decoder.Decode(bytes));
  SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(decoder.model));
  std::optional<VersionId> version;
  if (!decoder.version.empty()) {
    SLIPWAY_TRY_ASSIGN(version, VersionId::Parse(decoder.version));
  }
  return GrpcInferRequest{.request = {.model = std::move(model),
                                      .version = version,
                                      .id = std::string(decoder.id),
                                      .inputs = std::move(decoder.inputs),
                                      .outputs = std::move(decoder.outputs),
                                      .parameters = std::move(decoder.parameters),
                                      .deadline = message.deadline,
                                      .storage = std::move(storage)},
                          .outputs = std::move(decoder.requested)};
}

}  // namespace slipway::api
