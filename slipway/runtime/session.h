// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace slipway::runtime {

/// An input or output of a model.
struct TensorSpec {
  std::string name;
  DataType dtype = DataType::kFloat32;
  /// -1 where the size is free; empty for a scalar, and where not even the rank is known.
  std::vector<std::int64_t> shape;
};

/// Stands for an optional input that a caller leaves out: no tensor has no dimensions and no bytes.
inline bool IsAbsent(const TensorView& view) {
  return view.shape.rank() == 0 && view.bytes.empty();
}

/// One caller's prepared way to run a session: its bindings and buffers, used again call after
/// call.
///
/// Not thread-safe; each thread that runs a session has an executor of its own.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs the session on `inputs`, one view for each `Session::inputs()` and in their order, then
  /// for as many of `Session::optional_inputs()` as the caller likes, absent ones included; and
  /// returns the outputs whose indices into `Session::outputs()` are in `wanted`, in that order. An
  /// empty `wanted` means all. The views need to live until `Run` returns; what comes back owns
  /// itself and stays valid after the executor and the session are gone. Blocks for the whole
  /// computation.
  ///
  /// kInvalidArgument if the engine refuses the inputs' types or shapes, kInternal if it fails.
  virtual Result<std::vector<SharedTensor>> Run(std::span<const TensorView> inputs,
                                                std::span<const std::size_t> wanted) = 0;
};

/// One loaded version, ready to run.
///
/// Thread-safe. Outlives its executors.
class Session {
 public:
  virtual ~Session() = default;
  virtual const std::vector<TensorSpec>& inputs() const = 0;
  virtual const std::vector<TensorSpec>& outputs() const = 0;
  /// Inputs for which the model has a default. None unless an engine says otherwise.
  virtual const std::vector<TensorSpec>& optional_inputs() const;
  virtual std::unique_ptr<Executor> NewExecutor() const = 0;
};

/// Checks the views against what `specs` says of type, rank and fixed sizes, their byte counts, and
/// that bools are 0 or 1. kInvalidArgument with the name of the input, what it wants and what it
/// got.
Status CheckInputs(std::span<const TensorSpec> specs, std::span<const TensorView> inputs);

}  // namespace slipway::runtime
