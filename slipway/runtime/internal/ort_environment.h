// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/engine.h"
#include "slipway/runtime/internal/ort_api.h"

namespace slipway::runtime {

/// What all sessions of the process share: ONNX Runtime's thread pool and its log, which goes to
/// ours. Thread-safe.
class OrtEnvironment {
 public:
  /// The one environment of this process; the first call makes it, with `options`.
  static Result<const OrtEnvironment*> ForProcess(const EngineOptions& options);

  const OrtEnv& env() const { return *env_; }

 private:
  static Result<OrtEnvironment> Create(const EngineOptions& options);
  explicit OrtEnvironment(OrtOwned<OrtEnv> env) : env_(std::move(env)) {}

  OrtOwned<OrtEnv> env_;
};

}  // namespace slipway::runtime
