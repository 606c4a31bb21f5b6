// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_predict_decoder.h"

#include "slipway/api/internal/json_reader.h"
#include "slipway/api/internal/shown_length.h"
#include "slipway/api/internal/v1_tensor_builder.h"
#include "slipway/api/internal/wire_tensor.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {
/// An input of the model and what the request gives it.
struct Input {
  const runtime::TensorSpec* spec;
  V1TensorBuilder values;
};

class Decoder {
 public:
  Decoder(const std::string& body, const serving::ModelMetadata& metadata)
      : reader_(body, body.size()), metadata_(metadata) {
    for (const runtime::TensorSpec& spec : metadata.inputs) {
      inputs_.push_back({&spec, V1TensorBuilder(spec.dtype)});
    }
  }

  Status Read();
  Result<V1PredictRequest> Take();

 private:
  Status ReadMember(std::string_view key);
  Status ReadSignature();
  Status ReadInstances();
  /// Reads one value for each input that is named, or one bare value.
  Status ReadValues();
  Status ReadNamed(std::string_view name);
  Result<Input*> Find(std::string_view name);

  JsonReader reader_;
  const serving::ModelMetadata& metadata_;
  std::vector<Input> inputs_;
  bool has_instances_ = false;
  bool has_inputs_ = false;
  std::size_t instances_ = 0;  ///< Values that each input must have by now.
};

Status Decoder::Read() {
  SLIPWAY_TRY(reader_.ForEachMember([this](std::string_view key) { return ReadMember(key); }));
  SLIPWAY_TRY(reader_.ReadEnd());
  if (!has_instances_ && !has_inputs_) {
    return InvalidArgument("the request has neither \"instances\" nor \"inputs\"");
  }
  if (has_instances_ && instances_ == 0) return InvalidArgument("\"instances\" is empty");
  return {};
}

Status Decoder::ReadMember(std::string_view key) {
  if (key == "signature_name") return ReadSignature();
  if (key != "instances" && key != "inputs") return reader_.SkipValue();
  if (has_instances_ || has_inputs_) {
    return InvalidArgument("a request has one \"instances\" or one \"inputs\", and not both");
  }
  if (key == "instances") return ReadInstances();
  has_inputs_ = true;
  instances_ = 1;
  const Status read = ReadValues();
  if (!read) return Annotate(read.error(), "\"inputs\"");
  return {};
}

Status Decoder::ReadSignature() {
  SLIPWAY_TRY_ASSIGN(const std::string name, reader_.ReadString());
  if (name.empty() || name == "serving_default") return {};
  return InvalidArgument("Serving signature key {:?} not found: there is \"serving_default\"",
                         std::string_view(name).substr(0, kShownLength));
}

Status Decoder::ReadInstances() {
  has_instances_ = true;
  return reader_.ForEachElement([this]() -> Status {
    ++instances_;
    const Status read = ReadValues();
    if (!read) return Annotate(read.error(), "instance {}", instances_ - 1);
    return {};
  });
}

Status Decoder::ReadValues() {
  if (reader_.Peek() == JsonKind::kObject) {
    SLIPWAY_TRY(reader_.ForEachMember([this](std::string_view name) { return ReadNamed(name); }));
  } else if (inputs_.size() == 1) {
    SLIPWAY_TRY(inputs_.front().values.Append(reader_));
  } else {
    return reader_.Wrong(reader_.cursor(),
                         fmt::format("model {:?} has {} inputs, so values stand in an object by "
                                     "their names",
                                     metadata_.name.text(), inputs_.size()));
  }
  for (const Input& input : inputs_) {
    if (input.values.count() != instances_) {
      return InvalidArgument("input {:?} is missing", input.spec->name);
    }
  }
  return {};
}

Status Decoder::ReadNamed(std::string_view name) {
  const bool is_value = name == "b64" && inputs_.size() == 1 && inputs_[0].spec->name != "b64";
  SLIPWAY_TRY_ASSIGN(Input* const input, is_value ? Result<Input*>(&inputs_[0]) : Find(name));
  if (input->values.count() == instances_) {
    return InvalidArgument("input {:?} is given twice", input->spec->name);
  }
  const Status read =
      is_value ? input->values.AppendBase64(reader_) : input->values.Append(reader_);
  if (!read) return Annotate(read.error(), "input {:?}", input->spec->name);
  return {};
}

Result<Input*> Decoder::Find(std::string_view name) {
  const auto found = std::ranges::find(
      inputs_, name, [](const Input& input) -> std::string_view { return input.spec->name; });
  if (found != inputs_.end()) return &*found;
  return InvalidArgument("model {:?} has no input {:?}", metadata_.name.text(),
                         name.substr(0, kShownLength));
}

Result<V1PredictRequest> Decoder::Take() {
  auto storage = std::make_shared<RequestStorage>();
  V1PredictRequest predict{.request = {.model = metadata_.name}};
  if (has_instances_) predict.instances = static_cast<std::int64_t>(instances_);
  storage->tensors.reserve(inputs_.size());
  for (Input& input : inputs_) {
    SLIPWAY_TRY_ASSIGN(Tensor tensor,
                       has_instances_ ? input.values.TakeRows() : input.values.TakeValue());
    const Tensor& kept = storage->tensors.emplace_back(std::move(tensor));
    predict.request.inputs.push_back({input.spec->name, kept.view()});
  }
  predict.request.storage = std::move(storage);
  return predict;
}

}  // namespace

Result<V1PredictRequest> DecodeV1Predict(const std::string& body,
                                         const serving::ModelMetadata& metadata) {
  Decoder decoder(body, metadata);
  SLIPWAY_TRY(decoder.Read());
  return decoder.Take();
}

}  // namespace slipway::api
