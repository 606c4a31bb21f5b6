// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/json_elements.h"
#include "slipway/api/client/internal/malformed_answer.h"
#include "slipway/api/client/internal/rest_codec.h"

#include <simdjson.h>

namespace slipway::api::client {
namespace {

using simdjson::SUCCESS;
using simdjson::ondemand::array;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxErrorBytes = 4'096;

ErrorCode CodeOfStatus(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 408:
    case 504:
      return ErrorCode::kDeadlineExceeded;
    case 409:
      return ErrorCode::kAlreadyExists;
    case 412:
      return ErrorCode::kFailedPrecondition;
    case 413:
    case 429:
      return ErrorCode::kResourceExhausted;
    case 499:
      return ErrorCode::kCancelled;
    case 405:
    case 501:
      return ErrorCode::kUnimplemented;
    case 502:
    case 503:
      return ErrorCode::kUnavailable;
    default:
      return status >= 400 && status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kInternal;
  }
}

// A JSON document of the server that is being read. Its strings live as long as it does.
class Document {
 public:
  // `text` holds the whole document.
  Status Parse(std::string_view text) {
    padded_ = simdjson::padded_string(text);
    if (parser_.allocate(padded_.size(), kMaxDepth) != SUCCESS ||
        parser_.iterate(padded_).get(document_) != SUCCESS ||
        document_.get_object().get(root_) != SUCCESS) {
      return InternalError("it is no JSON object");
    }
    return {};
  }
  object& root() { return root_; }

 private:
  simdjson::padded_string padded_;
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  object root_;
};

// What `from` has under `key`, copied to `out`; nothing happens if it has none.
Status ReadText(object& from, std::string_view key, std::string& out) {
  value found;
  if (from.find_field_unordered(key).get(found) != SUCCESS) return {};
  std::string_view text;
  if (found.get(text) == SUCCESS) {
    out = text;
    return {};
  }
  return InternalError("\"{}\" is no string", key);
}

Status ReadRequiredText(object& from, std::string_view key, std::string& out) {
  out.clear();
  SLIPWAY_TRY(ReadText(from, key, out));
  if (out.empty()) return InternalError("\"{}\" is missing", key);
  return {};
}

Result<DataType> ReadDataType(object& from) {
  std::string name;
  SLIPWAY_TRY(ReadRequiredText(from, "datatype", name));
  const std::optional<DataType> dtype = DataTypeFromWireName(name);
  if (!dtype) return InternalError("\"datatype\" is \"{}\", which KServe v2 has not", name);
  return *dtype;
}

Result<std::vector<std::int64_t>> ReadSizes(object& from) {
  array items;
  if (from.find_field_unordered("shape").get(items) != SUCCESS) {
    return InternalError("\"shape\" is missing or no array");
  }
  std::vector<std::int64_t> sizes;
  for (auto item : items) {
    std::int64_t size = 0;
    if (item.get(size) != SUCCESS)
      return InternalError("\"shape\" has an entry that is no integer");
    if (sizes.size() == Shape::kMaxRank) {
      return InternalError("\"shape\" has more than {} entries", Shape::kMaxRank);
    }
    sizes.push_back(size);
  }
  return sizes;
}

Result<std::optional<std::uint64_t>> ReadBinarySize(object& from) {
  object parameters;
  if (from.find_field_unordered("parameters").get(parameters) != SUCCESS) return std::nullopt;
  value found;
  if (parameters.find_field_unordered("binary_data_size").get(found) != SUCCESS) {
    return std::nullopt;
  }
  std::uint64_t size = 0;
  if (found.get(size) == SUCCESS) return size;
  return InternalError("\"binary_data_size\" is no size");
}

// Reads the value of an output; takes its bytes from the front of `binary` if they are there.
Result<Tensor> ReadTensor(object& from, std::string_view& binary) {
  SLIPWAY_TRY_ASSIGN(const DataType dtype, ReadDataType(from));
  SLIPWAY_TRY_ASSIGN(const std::vector<std::int64_t> sizes, ReadSizes(from));
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  SLIPWAY_TRY_ASSIGN(const std::optional<std::uint64_t> binary_size, ReadBinarySize(from));
  if (binary_size) {
    if (*binary_size > binary.size()) {
      return InternalError("\"binary_data_size\" is {}, but only {} bytes are left", *binary_size,
                           binary.size());
    }
    const std::string_view bytes = binary.substr(0, static_cast<std::size_t>(*binary_size));
    binary.remove_prefix(bytes.size());
    return Tensor::CopyOf({.dtype = dtype, .shape = shape, .bytes = AsBytes(bytes)});
  }
  array data;
  if (from.find_field_unordered("data").get(data) != SUCCESS) {
    return InternalError("\"data\" is missing or no array");
  }
  std::string bytes;
  SLIPWAY_TRY(AppendJsonElements(data, dtype, bytes));
  return Tensor::CopyOf({.dtype = dtype, .shape = shape, .bytes = AsBytes(bytes)});
}

Result<std::vector<OutputTensor>> ReadOutputs(object& from, std::string_view binary) {
  array items;
  if (from.find_field_unordered("outputs").get(items) != SUCCESS) {
    return InternalError("\"outputs\" is missing or no array");
  }
  std::vector<OutputTensor> outputs;
  for (auto item : items) {
    object entry;
    OutputTensor output;
    if (item.get(entry) != SUCCESS) return InternalError("an output is no object");
    SLIPWAY_TRY(ReadRequiredText(entry, "name", output.name));
    Result<Tensor> tensor = ReadTensor(entry, binary);
    if (!tensor) return Annotate(tensor.error(), "output \"{}\"", output.name);
    output.tensor = *std::move(tensor);
    outputs.push_back(std::move(output));
  }
  if (!binary.empty()) return InternalError("{} bytes follow the last tensor", binary.size());
  return outputs;
}

Result<InferAnswer> ReadInferAnswer(const RestAnswer& answer) {
  const std::uint64_t json_size = answer.json_size.value_or(answer.body.size());
  if (json_size > answer.body.size()) {
    return InternalError("its JSON is said to have {} bytes, the body has {}", json_size,
                         answer.body.size());
  }
  const auto split = static_cast<std::size_t>(json_size);
  Document document;
  SLIPWAY_TRY(document.Parse(answer.body.substr(0, split)));
  InferAnswer result;
  SLIPWAY_TRY(ReadText(document.root(), "model_name", result.model));
  SLIPWAY_TRY(ReadText(document.root(), "model_version", result.version));
  SLIPWAY_TRY(ReadText(document.root(), "id", result.id));
  SLIPWAY_TRY_ASSIGN(result.outputs, ReadOutputs(document.root(), answer.body.substr(split)));
  return result;
}

Result<std::vector<TensorDescription>> ReadTensorDescriptions(object& from, std::string_view key) {
  array items;
  if (from.find_field_unordered(key).get(items) != SUCCESS) {
    return InternalError("\"{}\" is missing or no array", key);
  }
  std::vector<TensorDescription> tensors;
  for (auto item : items) {
    object entry;
    TensorDescription tensor;
    if (item.get(entry) != SUCCESS) return InternalError("an entry of \"{}\" is no object", key);
    SLIPWAY_TRY(ReadRequiredText(entry, "name", tensor.name));
    SLIPWAY_TRY_ASSIGN(tensor.dtype, ReadDataType(entry));
    SLIPWAY_TRY_ASSIGN(tensor.shape, ReadSizes(entry));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Status ReadVersions(object& from, std::vector<std::string>& versions) {
  array items;
  if (from.find_field_unordered("versions").get(items) != SUCCESS) return {};
  for (auto item : items) {
    std::string_view version;
    if (item.get(version) != SUCCESS) return InternalError("\"versions\" has more than strings");
    versions.emplace_back(version);
  }
  return {};
}

Result<ModelDescription> ReadMetadata(std::string_view body) {
  Document document;
  SLIPWAY_TRY(document.Parse(body));
  ModelDescription model;
  SLIPWAY_TRY(ReadRequiredText(document.root(), "name", model.name));
  SLIPWAY_TRY(ReadVersions(document.root(), model.versions));
  SLIPWAY_TRY(ReadText(document.root(), "platform", model.platform));
  SLIPWAY_TRY_ASSIGN(model.inputs, ReadTensorDescriptions(document.root(), "inputs"));
  SLIPWAY_TRY_ASSIGN(model.outputs, ReadTensorDescriptions(document.root(), "outputs"));
  return model;
}

}  // namespace

Error ErrorOf(const RestAnswer& answer) {
  Document document;
  std::string message;
  if (!document.Parse(answer.body) || !ReadText(document.root(), "error", message) ||
      message.empty()) {
    message = fmt::format("HTTP status {}", answer.status);
  }
  return Error(CodeOfStatus(answer.status), message.substr(0, kMaxErrorBytes));
}

Result<InferAnswer> DecodeInferAnswer(const RestAnswer& answer) {
  if (answer.status != 200) return ErrorOf(answer);
  Result<InferAnswer> decoded = ReadInferAnswer(answer);
  if (!decoded) return MalformedAnswer(decoded.error());
  return decoded;
}

Result<ModelDescription> DecodeMetadata(const RestAnswer& answer) {
  if (answer.status != 200) return ErrorOf(answer);
  Result<ModelDescription> decoded = ReadMetadata(answer.body);
  if (!decoded) return MalformedAnswer(decoded.error());
  return decoded;
}

}  // namespace slipway::api::client
