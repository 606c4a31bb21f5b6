// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/runtime/testing/fake_engine.h"
#include "slipway/runtime/testing/onnx_bytes.h"
#include "slipway/serving/model_server.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

namespace slipway::serving {

/// Base of tests of a server: a repository in a temporary folder, and an engine that does not care
/// what its model files compute.
class ServedModelsTest : public ::testing::Test {
 protected:
  explicit ServedModelsTest(runtime::FakeModel model = runtime::FakeIdentity(2))
      : engine_(std::move(model)) {}

  std::filesystem::path path() const { return folder_.path(); }
  void MakeFile(const std::filesystem::path& relative, std::string_view bytes) {
    std::filesystem::create_directories((path() / relative).parent_path());
    ASSERT_OK(WriteFileAtomically(path() / relative, AsBytes(bytes)));
  }
  /// Makes a model file that opens.
  void MakeVersion(std::string_view model, int version) {
    MakeFile(fmt::format("{}/{}/model.onnx", model, version),
             runtime::OnnxIdentity(DataType::kFloat32, {-1, 2}));
  }
  /// Makes a server over the folder, unless `options` name others.
  Result<std::unique_ptr<ModelServer>> Create(ModelServerOptions options) {
    if (options.repositories.empty()) options.repositories = {path()};
    return ModelServer::Create(options,
                               {.engine = engine_, .clock = SystemClock(), .metrics = registry_});
  }
  void Start(const ModelServerOptions& options = {}) {
    ASSERT_OK_AND_ASSIGN(server_, Create(options));
  }
  /// Loads and waits.
  Status Load(LoadRequest request) {
    std::promise<Status> done;
    server_->Load(std::move(request), [&](Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }
  Status Unload(const ModelName& model) {
    std::promise<Status> done;
    server_->Unload(model, [&](Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }
  /// A request with one row, [1, 2].
  InferRequest RequestFor(const ModelName& model) const {
    static constexpr std::array<float, 2> kRow = {1, 2};
    InferRequest request{.model = model};
    request.inputs.push_back({engine_.NewSession()->inputs()[0].name,
                              {DataType::kFloat32, Shape({1, 2}), std::as_bytes(std::span(kRow))}});
    return request;
  }

  TemporaryFolder folder_;
  runtime::FakeEngine engine_;
  metrics::Registry registry_;
  std::unique_ptr<ModelServer> server_;
};

}  // namespace slipway::serving
