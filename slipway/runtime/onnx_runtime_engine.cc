// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/engine.h"
#include "slipway/runtime/internal/onnx_runtime_session.h"
#include "slipway/runtime/internal/ort_environment.h"

namespace slipway::runtime {
namespace {

class OnnxRuntimeEngine final : public Engine {
 public:
  explicit OnnxRuntimeEngine(const OrtEnvironment& environment) : environment_(environment) {}

  Result<std::unique_ptr<Session>> Load(const graph::ModelFile& file,
                                        const SessionOptions& options) const override {
    const std::string name = file.path().string();
    ModelBytes bytes{name, file.model_bytes(), {}};
    for (const auto& [location, mapped] : file.external_files()) {
      bytes.external.emplace(location, mapped.bytes());
    }
    return OnnxRuntimeSession::Create(environment_, bytes, options);
  }

  Result<std::unique_ptr<Session>> LoadBytes(ByteView model_bytes, std::string_view name,
                                             const SessionOptions& options) const override {
    return OnnxRuntimeSession::Create(environment_, {name, model_bytes, {}}, options);
  }

  std::string description() const override {
    return fmt::format("ONNX Runtime {}", OrtGetApiBase()->GetVersionString());
  }

 private:
  const OrtEnvironment& environment_;
};

}  // namespace

Result<std::unique_ptr<Engine>> CreateOnnxRuntimeEngine(const EngineOptions& options) {
  SLIPWAY_TRY_ASSIGN(const OrtEnvironment* const environment, OrtEnvironment::ForProcess(options));
  return std::make_unique<OnnxRuntimeEngine>(*environment);
}

}  // namespace slipway::runtime
