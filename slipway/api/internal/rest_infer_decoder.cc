// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_infer_decoder.h"

#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/json_tensor_reader.h"
#include "slipway/api/internal/shared_tensor.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/internal/wire_tensor.h"

#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <utility>

namespace slipway::api {
namespace {

/// The parameters that say where in shared memory a tensor is.
struct SharedMemoryMembers {
  std::optional<std::string> region;
  std::optional<std::uint64_t> offset;
  std::optional<std::uint64_t> byte_size;

  bool are_given() const { return region || offset || byte_size; }
};

/// The members of one element of `inputs`, before they are a tensor.
struct InputMembers {
  std::optional<std::string> name;
  std::optional<Shape> shape;
  std::optional<DataType> dtype;
  std::optional<std::uint64_t> binary_size;
  std::optional<std::size_t> data_offset;  ///< Where `data` is, if it came too early to be read.
  std::optional<Tensor> data;
  SharedMemoryMembers memory;
};

/// The members of one element of `outputs`.
struct OutputMembers {
  std::optional<std::string> name;
  std::optional<bool> binary;
  std::optional<std::uint64_t> classes;
  SharedMemoryMembers memory;
};

Result<std::size_t> ParseJsonLength(std::optional<std::string_view> text, std::size_t body_size) {
  if (!text) return body_size;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (error != std::errc() || end != text->data() + text->size() || length > body_size) {
    return InvalidArgument(
        "Inference-Header-Content-Length {:?} is not a number from 0 to the body's {} bytes",
        text->substr(0, kShownLength), body_size);
  }
  return static_cast<std::size_t>(length);
}

Result<serving::Parameter> ReadParameter(JsonReader& reader) {
  switch (reader.Peek()) {
    case JsonKind::kBool: {
      SLIPWAY_TRY_ASSIGN(const bool value, reader.ReadBool());
      return value;
    }
    case JsonKind::kString: {
      SLIPWAY_TRY_ASSIGN(std::string value, reader.ReadString());
      return serving::Parameter(std::move(value));
    }
    case JsonKind::kNumber: {
      std::int64_t whole = 0;
      if (reader.ReadNumber(whole)) return whole;
      std::uint64_t large = 0;
      if (reader.ReadNumber(large)) return large;
      double number = 0;
      SLIPWAY_TRY(reader.ReadNumber(number));
      return number;
    }
    default:
      return reader.WrongKind("a string, a number, true or false");
  }
}

Status SetOnce(auto& member, std::string_view key, auto read) {
  if (member) return InvalidArgument("{:?} is given twice", key);
  auto value = read();
  if (!value) return Annotate(value.error(), "{:?}", key);
  member = *std::move(value);
  return {};
}

class Decoder {
 public:
  Decoder(RequestStorage& storage, std::size_t json_length, const RestInferMessage& message)
      : regions_(message.regions),
        shared_bytes_left_(message.max_shared_bytes),
        storage_(storage),
        reader_(storage.body, json_length),
        binary_begin_(json_length) {}

  Status Decode();

  std::string id;
  std::vector<serving::InputTensor> inputs;
  std::vector<std::string> outputs;
  serving::Parameters parameters;
  OutputChoice choice;

 private:
  Status ReadMember(std::string_view key);
  Status ReadRequestParameter(std::string_view key);
  Status ReadInput();
  Status ReadInputMember(InputMembers& input, std::string_view key);
  Status ReadInputParameter(InputMembers& input, std::string_view key);
  Result<Shape> ReadShape();
  Result<DataType> ReadDataType();
  Status ReadData(InputMembers& input);
  Status FinishInput(InputMembers& input);
  Result<TensorView> TensorOf(InputMembers& input);
  Result<ByteView> TakeBinary(std::uint64_t size);
  /// Reads the parameter `key` if it says where in shared memory a tensor is; else false.
  Result<bool> ReadMemoryParameter(SharedMemoryMembers& memory, std::string_view key);
  Result<SharedMemoryRange> FindMemory(const SharedMemoryMembers& memory) const;
  Result<Tensor> ReadMemory(const InputMembers& input);
  Status ReadOutput();
  Status ReadOutputMember(OutputMembers& output, std::string_view key);
  Status ReadOutputParameter(OutputMembers& output, std::string_view key);
  Result<std::uint64_t> ReadUnsigned();

  const SharedMemoryRegions* const regions_;
  std::uint64_t shared_bytes_left_;
  RequestStorage& storage_;
  JsonReader reader_;
  std::size_t binary_begin_;  ///< Where the next binary tensor begins in the body.
  bool has_id_ = false;
  bool has_inputs_ = false;
  bool has_outputs_ = false;
  bool has_parameters_ = false;
};

Status Decoder::Decode() {
  SLIPWAY_TRY(reader_.ForEachMember([this](std::string_view key) { return ReadMember(key); }));
  SLIPWAY_TRY(reader_.ReadEnd());
  if (!has_inputs_) return InvalidArgument("the request has no \"inputs\"");
  if (binary_begin_ != storage_.body.size()) {
    return InvalidArgument("{} bytes of the body belong to no input's binary_data_size",
                           storage_.body.size() - binary_begin_);
  }
  return {};
}

Status Decoder::ReadMember(std::string_view key) {
  const auto first = [key](bool& seen) -> Status {
    if (std::exchange(seen, true)) return InvalidArgument("{:?} is given twice", key);
    return {};
  };
  if (key == "inputs") {
    SLIPWAY_TRY(first(has_inputs_));
    return reader_.ForEachElement([this] { return ReadInput(); });
  }
  if (key == "outputs") {
    SLIPWAY_TRY(first(has_outputs_));
    return reader_.ForEachElement([this] { return ReadOutput(); });
  }
  if (key == "id") {
    SLIPWAY_TRY(first(has_id_));
    return reader_.AppendString(id);
  }
  if (key == "parameters") {
    SLIPWAY_TRY(first(has_parameters_));
    return reader_.ForEachMember(
        [this](std::string_view parameter) { return ReadRequestParameter(parameter); });
  }
  return reader_.SkipValue();
}

Status Decoder::ReadRequestParameter(std::string_view key) {
  if (key == "binary_data_output") {
    SLIPWAY_TRY_ASSIGN(choice.by_default, reader_.ReadBool());
    return {};
  }
  Result<serving::Parameter> value = ReadParameter(reader_);
  if (!value) return Annotate(value.error(), "parameter {:?}", key.substr(0, kShownLength));
  const bool is_new = parameters.emplace(key, *std::move(value)).second;
  if (!is_new) return InvalidArgument("parameter {:?} is given twice", key.substr(0, kShownLength));
  return {};
}

Status Decoder::ReadInput() {
  InputMembers input;
  Status status = reader_.ForEachMember(
      [this, &input](std::string_view key) { return ReadInputMember(input, key); });
  if (status && input.data_offset) {
    const std::size_t behind = reader_.offset();
    reader_.ReturnTo(*input.data_offset);
    status = ReadData(input);
    reader_.ReturnTo(behind);
  }
  if (status) status = FinishInput(input);
  if (status) return {};
  const std::string_view name = input.name ? *input.name : std::string_view();
  return Annotate(status.error(), "input {:?}", name.substr(0, kShownLength));
}

Status Decoder::ReadInputMember(InputMembers& input, std::string_view key) {
  if (key == "name") return SetOnce(input.name, key, [this] { return reader_.ReadString(); });
  if (key == "shape") return SetOnce(input.shape, key, [this] { return ReadShape(); });
  if (key == "datatype") return SetOnce(input.dtype, key, [this] { return ReadDataType(); });
  if (key == "data") {
    if (input.data || input.data_offset) return InvalidArgument("\"data\" is given twice");
    if (input.shape && input.dtype) return ReadData(input);
    reader_.Peek();
    input.data_offset = reader_.offset();
    return reader_.SkipValue();
  }
  if (key == "parameters") {
    return reader_.ForEachMember([this, &input](std::string_view parameter) {
      return ReadInputParameter(input, parameter);
    });
  }
  return reader_.SkipValue();
}

Status Decoder::ReadInputParameter(InputMembers& input, std::string_view key) {
  if (key == "binary_data_size") {
    return SetOnce(input.binary_size, key, [this] { return ReadUnsigned(); });
  }
  SLIPWAY_TRY_ASSIGN(const bool is_memory, ReadMemoryParameter(input.memory, key));
  return is_memory ? Status() : reader_.SkipValue();
}

Result<std::uint64_t> Decoder::ReadUnsigned() {
  std::uint64_t number = 0;
  SLIPWAY_TRY(reader_.ReadNumber(number));
  return number;
}

Result<bool> Decoder::ReadMemoryParameter(SharedMemoryMembers& memory, std::string_view key) {
  if (!key.starts_with("shared_memory_")) return false;
  Status status;
  if (key == "shared_memory_region") {
    status = SetOnce(memory.region, key, [this] { return reader_.ReadString(); });
  } else if (key == "shared_memory_offset") {
    status = SetOnce(memory.offset, key, [this] { return ReadUnsigned(); });
  } else if (key == "shared_memory_byte_size") {
    status = SetOnce(memory.byte_size, key, [this] { return ReadUnsigned(); });
  } else {
    status = InvalidArgument("parameter {:?} is unknown", key.substr(0, kShownLength));
  }
  SLIPWAY_TRY(std::move(status));
  return true;
}

Result<SharedMemoryRange> Decoder::FindMemory(const SharedMemoryMembers& memory) const {
  if (regions_ == nullptr) return SharedMemoryNotOffered();
  if (!memory.region) return InvalidArgument("\"shared_memory_region\" is missing");
  if (!memory.byte_size) return InvalidArgument("\"shared_memory_byte_size\" is missing");
  return regions_->Find(*memory.region, memory.offset.value_or(0), *memory.byte_size);
}

Result<Tensor> Decoder::ReadMemory(const InputMembers& input) {
  SLIPWAY_TRY_ASSIGN(const SharedMemoryRange range, FindMemory(input.memory));
  if (range.byte_size > shared_bytes_left_) {
    return InvalidArgument(
        "shared_memory_byte_size is {}, and a request reads no more than {} further bytes of "
        "shared "
        "memory",
        range.byte_size, shared_bytes_left_);
  }
  shared_bytes_left_ -= range.byte_size;
  return ReadSharedTensor(range, *input.dtype, *input.shape);
}

Result<Shape> Decoder::ReadShape() {
  std::array<std::int64_t, Shape::kMaxRank> sizes;
  std::size_t rank = 0;
  SLIPWAY_TRY(reader_.ForEachElement([this, &sizes, &rank]() -> Status {
    if (rank == sizes.size()) {
      return InvalidArgument("a tensor has at most {} dimensions", sizes.size());
    }
    return reader_.ReadNumber(sizes[rank++]);
  }));
  return Shape::Create(std::span(sizes).first(rank));
}

Result<DataType> Decoder::ReadDataType() {
  std::string unescaped;
  SLIPWAY_TRY_ASSIGN(const std::string_view name, reader_.ReadText(unescaped));
  return ParseWireType(name);
}

Status Decoder::ReadData(InputMembers& input) {
  if (!input.shape || !input.dtype) return {};  // Said better by `FinishInput`.
  Result<Tensor> tensor = ReadJsonTensor(reader_, *input.dtype, *input.shape);
  if (!tensor) {
    return Annotate(tensor.error(), "\"data\" of {} {}", WireName(*input.dtype),
                    ToString(*input.shape));
  }
  input.data = *std::move(tensor);
  return {};
}

Status Decoder::FinishInput(InputMembers& input) {
  if (!input.name) return InvalidArgument("\"name\" is missing");
  if (!input.shape) return InvalidArgument("\"shape\" is missing");
  if (!input.dtype) return InvalidArgument("\"datatype\" is missing");
  SLIPWAY_TRY_ASSIGN(const TensorView view, TensorOf(input));
  return AddInput(inputs, {*input.name, view});
}

Result<TensorView> Decoder::TensorOf(InputMembers& input) {
  if (input.data && input.binary_size) {
    return InvalidArgument("\"data\" and \"binary_data_size\" are both given");
  }
  if (input.memory.are_given()) {
    if (input.data || input.binary_size) {
      return InvalidArgument("the data is given both in the request and in shared memory");
    }
    SLIPWAY_TRY_ASSIGN(Tensor tensor, ReadMemory(input));
    return storage_.tensors.emplace_back(std::move(tensor)).view();
  }
  if (input.data) return storage_.tensors.emplace_back(*std::move(input.data)).view();
  if (!input.binary_size)
    return InvalidArgument("neither \"data\" nor \"binary_data_size\" is given");
  SLIPWAY_TRY_ASSIGN(const ByteView bytes, TakeBinary(*input.binary_size));
  const TensorView view{*input.dtype, *input.shape, bytes};
  SLIPWAY_TRY(CheckWireTensor(view));
  return view;
}

Result<ByteView> Decoder::TakeBinary(std::uint64_t size) {
  const std::size_t left = storage_.body.size() - binary_begin_;
  if (size > left) {
    return InvalidArgument("binary_data_size is {}, but {} bytes follow", size, left);
  }
  const ByteView bytes = AsBytes(storage_.body).subspan(binary_begin_, size);
  binary_begin_ += size;
  return bytes;
}

Status Decoder::ReadOutput() {
  OutputMembers output;
  SLIPWAY_TRY(reader_.ForEachMember(
      [this, &output](std::string_view key) { return ReadOutputMember(output, key); }));
  if (!output.name) return InvalidArgument("a requested output has no \"name\"");
  RequestedOutput& requested = choice.requested.emplace_back();
  requested.binary = output.binary;
  requested.classes = output.classes.value_or(0);
  if (output.memory.are_given()) {
    Result<SharedMemoryRange> range = FindMemory(output.memory);
    if (!range) {
      return Annotate(range.error(), "output {:?}",
                      std::string_view(*output.name).substr(0, kShownLength));
    }
    requested.memory = *std::move(range);
  }
  return AddOutput(outputs, *std::move(output.name));
}

Status Decoder::ReadOutputMember(OutputMembers& output, std::string_view key) {
  if (key == "name") return SetOnce(output.name, key, [this] { return reader_.ReadString(); });
  if (key != "parameters") return reader_.SkipValue();
  return reader_.ForEachMember([this, &output](std::string_view parameter) {
    return ReadOutputParameter(output, parameter);
  });
}

Status Decoder::ReadOutputParameter(OutputMembers& output, std::string_view key) {
  if (key == "binary_data") {
    return SetOnce(output.binary, key, [this] { return reader_.ReadBool(); });
  }
  if (key == "classification") {
    return SetOnce(output.classes, key, [this] { return ReadUnsigned(); });
  }
  SLIPWAY_TRY_ASSIGN(const bool is_memory, ReadMemoryParameter(output.memory, key));
  return is_memory ? Status() : reader_.SkipValue();
}

}  // namespace

Result<RestInferRequest> DecodeRestInfer(RestInferMessage message) {
  SLIPWAY_TRY_ASSIGN(const std::size_t json_length,
                     ParseJsonLength(message.json_length, message.body.size()));
  auto storage = std::make_shared<RequestStorage>();
  storage->body = std::move(message.body);
  Decoder decoder(*storage, json_length, message);
  SLIPWAY_TRY(decoder.Decode());
  return RestInferRequest{.request = {.model = std::move(message.model),
                                      .version = message.version,
                                      .id = std::move(decoder.id),
                                      .inputs = std::move(decoder.inputs),
                                      .outputs = std::move(decoder.outputs),
                                      .parameters = std::move(decoder.parameters),
                                      .storage = std::move(storage)},
                          .choice = std::move(decoder.choice)};
}

}  // namespace slipway::api
