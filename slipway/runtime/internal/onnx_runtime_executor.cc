// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/onnx_runtime_executor.h"

#include "slipway/runtime/internal/ort_tensor.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace slipway::runtime {
namespace {

bool IsAligned(const TensorView& view) {
  const std::size_t alignment = std::max<std::size_t>(ElementBits(view.dtype) / 8, 1);
  return reinterpret_cast<std::uintptr_t>(view.bytes.data()) % alignment == 0;
}

/// Whether the two are the same bytes at the same place.
bool IsSame(const TensorView& a, const TensorView& b) {
  return a.bytes.data() == b.bytes.data() && a.bytes.size() == b.bytes.size() &&
         a.dtype == b.dtype && a.shape == b.shape;
}

/// What ONNX Runtime logs of a failed run it also returns, and a log that any caller can fill is of
/// no use.
OrtOwned<OrtRunOptions> QuietRunOptions() {
  OrtRunOptions* options = nullptr;
  SLIPWAY_CHECK(Api().CreateRunOptions(&options) == nullptr);
  OrtOwned<OrtRunOptions> owned(options);
  SLIPWAY_CHECK(Api().RunOptionsSetRunLogSeverityLevel(options, ORT_LOGGING_LEVEL_FATAL) ==
                nullptr);
  return owned;
}

}  // namespace

Result<const OrtValue*> OnnxRuntimeInput::Bind(const TensorView& view) {
  if (view.dtype == DataType::kBytes) {
    bound_.reset();
    SLIPWAY_TRY_ASSIGN(value_, ValueOfStrings(view));
    return value_.get();
  }
  const bool aligned = IsAligned(view);
  if (!aligned) SLIPWAY_TRY(CopyAligned(view));
  const TensorView source = aligned ? view : copy_.view();
  // Callers that keep their buffers get the value of their last call.
  if (!bound_ || !IsSame(source, *bound_)) {
    bound_.reset();
    SLIPWAY_TRY_ASSIGN(value_, ValueOver(source));
    bound_ = source;
  }
  return value_.get();
}

Status OnnxRuntimeInput::CopyAligned(const TensorView& view) {
  if (copy_.dtype() == view.dtype && copy_.shape() == view.shape &&
      copy_.bytes().size() == view.bytes.size()) {
    std::ranges::copy(view.bytes, copy_.mutable_bytes().begin());
    return {};
  }
  SLIPWAY_TRY_ASSIGN(copy_, Tensor::CopyOf(view));
  return {};
}

OnnxRuntimeExecutor::OnnxRuntimeExecutor(const OnnxRuntimeSession& session)
    : session_(session),
      options_(QuietRunOptions()),
      all_outputs_(session.outputs().size()),
      inputs_(session.inputs().size()) {
  std::iota(all_outputs_.begin(), all_outputs_.end(), std::size_t{0});
  for (const TensorSpec& input : session.inputs()) input_names_.push_back(input.name.c_str());
}

bool OnnxRuntimeInput::IsBoundTo(const TensorView& output) const {
  return bound_ && !output.bytes.empty() && output.bytes.data() == bound_->bytes.data();
}

Status OnnxRuntimeExecutor::BindInputs(std::span<const TensorView> inputs) {
  const std::size_t always = session_.inputs().size();
  const std::size_t optional = session_.optional_inputs().size();
  if (inputs.size() < always || inputs.size() > always + optional) {
    return InvalidArgument("want {} inputs{}, got {}", always,
                           optional == 0 ? "" : fmt::format(" and up to {} more", optional),
                           inputs.size());
  }
  if (inputs_.size() < inputs.size()) inputs_.resize(inputs.size());
  input_names_.resize(always);
  input_values_.clear();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i >= always) {
      if (IsAbsent(inputs[i])) continue;
      input_names_.push_back(session_.optional_inputs()[i - always].name.c_str());
    }
    SLIPWAY_TRY(BindInput(i, inputs[i]));
  }
  return {};
}

Status OnnxRuntimeExecutor::BindInput(std::size_t index, const TensorView& view) {
  Result<const OrtValue*> value = inputs_[index].Bind(view);
  if (!value) {
    const std::size_t always = session_.inputs().size();
    const TensorSpec& spec =
        index < always ? session_.inputs()[index] : session_.optional_inputs()[index - always];
    return Annotate(value.error(), "input {:?}", spec.name);
  }
  input_values_.push_back(*value);
  return {};
}

Status OnnxRuntimeExecutor::ChooseOutputs(std::span<const std::size_t> wanted) {
  output_names_.clear();
  for (const std::size_t index : wanted) {
    if (index >= all_outputs_.size()) {
      return InvalidArgument("output {} is wanted of {}", index, all_outputs_.size());
    }
    output_names_.push_back(session_.outputs()[index].name.c_str());
  }
  output_values_.assign(wanted.size(), nullptr);
  return {};
}

Result<SharedTensor> OnnxRuntimeExecutor::Share(OrtOwned<OrtValue> value, DataType dtype) const {
  SLIPWAY_TRY_ASSIGN(SharedTensor output, ShareTensor(std::move(value), dtype));
  const bool is_input = std::ranges::any_of(
      inputs_, [&output](const OnnxRuntimeInput& input) { return input.IsBoundTo(output.view); });
  if (!is_input) return output;
  // The library hands an input that is also an output through, but its bytes are the caller's.
  SLIPWAY_TRY_ASSIGN(Tensor copy, Tensor::CopyOf(output.view));
  const auto owner = std::make_shared<const Tensor>(std::move(copy));
  return SharedTensor{owner->view(), owner};
}

Result<std::vector<SharedTensor>> OnnxRuntimeExecutor::Run(std::span<const TensorView> inputs,
                                                           std::span<const std::size_t> wanted) {
  if (wanted.empty()) wanted = all_outputs_;
  SLIPWAY_TRY(BindInputs(inputs));
  SLIPWAY_TRY(ChooseOutputs(wanted));
  SLIPWAY_TRY(ToStatus(Api().Run(&session_.session(), options_.get(), input_names_.data(),
                                 input_values_.data(), input_values_.size(), output_names_.data(),
                                 output_names_.size(), output_values_.data())));
  std::vector<OrtOwned<OrtValue>> values;
  values.reserve(output_values_.size());
  for (OrtValue* const value : output_values_) values.emplace_back(value);
  std::vector<SharedTensor> outputs;
  outputs.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const DataType dtype = session_.outputs()[wanted[i]].dtype;
    SLIPWAY_TRY_ASSIGN(SharedTensor output, Share(std::move(values[i]), dtype));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace slipway::runtime
