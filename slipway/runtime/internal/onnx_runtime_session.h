// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/engine.h"
#include "slipway/runtime/internal/ort_environment.h"

#include <map>
#include <string>
#include <string_view>

namespace slipway::runtime {

/// A model's bytes and those of its external data by the names that it gives them.
struct ModelBytes {
  std::string_view name;  ///< For messages.
  ByteView model;
  std::map<std::string, ByteView> external;
};

/// A model loaded into ONNX Runtime. Thread-safe.
class OnnxRuntimeSession final : public Session {
 public:
  /// Loads `bytes`, which need not stay. The library is never given a path, so it opens no file.
  static Result<std::unique_ptr<Session>> Create(const OrtEnvironment& environment,
                                                 const ModelBytes& bytes,
                                                 const SessionOptions& options);

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  const std::vector<TensorSpec>& optional_inputs() const override { return optional_inputs_; }
  std::unique_ptr<Executor> NewExecutor() const override;

  /// Runs the model; several threads may do so at once.
  OrtSession& session() const { return *session_; }

 private:
  /// What a model takes and gives.
  struct Specs {
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::vector<TensorSpec> optional_inputs;
  };
  OnnxRuntimeSession(OrtOwned<OrtSession> session, Specs specs)
      : session_(std::move(session)),
        inputs_(std::move(specs.inputs)),
        outputs_(std::move(specs.outputs)),
        optional_inputs_(std::move(specs.optional_inputs)) {}

  OrtOwned<OrtSession> session_;
  const std::vector<TensorSpec> inputs_;
  const std::vector<TensorSpec> outputs_;
  const std::vector<TensorSpec> optional_inputs_;
};

}  // namespace slipway::runtime
