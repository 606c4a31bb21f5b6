// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/internal/onnx_runtime_session.h"
#include "slipway/runtime/internal/ort_api.h"

#include <optional>
#include <vector>

namespace slipway::runtime {

/// One input of an executor: turns the callers' views into values of ONNX Runtime. Not thread-safe.
class OnnxRuntimeInput {
 public:
  /// A value that reads `view`, or a copy of it if its address does not suit its type; valid until
  /// the next call. kInvalidArgument if the bytes do not fit the shape.
  Result<const OrtValue*> Bind(const TensorView& view);
  /// Whether `output` lies where the bound bytes lie.
  bool IsBoundTo(const TensorView& output) const;

 private:
  Status CopyAligned(const TensorView& view);

  Tensor copy_;  // Holds what came at an address that is not aligned.
  OrtOwned<OrtValue> value_;
  std::optional<TensorView> bound_;  // What `value_` reads, unless it has copies.
};

/// Runs an `OnnxRuntimeSession`, which must outlive it. Not thread-safe.
///
/// It hands values to `Run` rather than bind them: with new inputs and outputs at each call,
/// IoBinding costs more than it saves (session_bench.cc).
class OnnxRuntimeExecutor final : public Executor {
 public:
  explicit OnnxRuntimeExecutor(const OnnxRuntimeSession& session);

  Result<std::vector<SharedTensor>> Run(std::span<const TensorView> inputs,
                                        std::span<const std::size_t> wanted) override;

 private:
  Status BindInputs(std::span<const TensorView> inputs);
  Status BindInput(std::size_t index, const TensorView& view);
  Status ChooseOutputs(std::span<const std::size_t> wanted);
  /// The tensor in `value`, which stays valid whatever becomes of the inputs.
  Result<SharedTensor> Share(OrtOwned<OrtValue> value, DataType dtype) const;

  const OnnxRuntimeSession& session_;
  OrtOwned<OrtRunOptions> options_;
  std::vector<std::size_t> all_outputs_;
  std::vector<OnnxRuntimeInput> inputs_;
  // Of the current call, kept to keep their memory. The names of inputs that are always there stay.
  std::vector<const char*> input_names_;
  std::vector<const OrtValue*> input_values_;
  std::vector<const char*> output_names_;
  std::vector<OrtValue*> output_values_;
};

}  // namespace slipway::runtime
