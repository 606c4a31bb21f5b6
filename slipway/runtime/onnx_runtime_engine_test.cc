// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/runtime/engine.h"
#include "slipway/runtime/testing/onnx_bytes.h"

#include <string>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using std::string_literals::operator""s;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(OnnxRuntimeEngineTest, SaysItsVersion) {
  ASSERT_OK_AND_ASSIGN(const auto engine, CreateOnnxRuntimeEngine({}));

  EXPECT_THAT(engine->description(), StartsWith("ONNX Runtime 1."));
}

TEST(OnnxRuntimeEngineTest, LoadsAModelWithExternalDataAndNeedsItsFilesNoMore) {
  std::unique_ptr<Session> session;
  {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "model.onnx";
    ASSERT_OK(WriteFileAtomically(path, AsBytes(OnnxWithExternalWeight("data.bin"))));
    ASSERT_OK(WriteFileAtomically(folder.path() / "data.bin",
                                  AsBytes("........\0\0\x80\x3f\0\0\0\x40"s)));
    ASSERT_OK_AND_ASSIGN(const auto engine, CreateOnnxRuntimeEngine({}));
    ASSERT_OK_AND_ASSIGN(const auto file, graph::ModelFile::Open(path));
    ASSERT_OK_AND_ASSIGN(session, engine->Load(file, {}));
  }

  ASSERT_OK_AND_ASSIGN(const auto outputs, session->NewExecutor()->Run({}, {}));

  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(1, 2));
}

TEST(OnnxRuntimeEngineTest, NamesTheFileItCannotRun) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "model.onnx";
  const std::string model = OnnxModel({.nodes = {OnnxNode("Teleport", {"x"}, {"y"})},
                                       .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                       .outputs = {OnnxTensorValue("y", DataType::kFloat32, {1})},
                                       .initializers = {}});
  ASSERT_OK(WriteFileAtomically(path, AsBytes(model)));
  ASSERT_OK_AND_ASSIGN(const auto engine, CreateOnnxRuntimeEngine({}));
  ASSERT_OK_AND_ASSIGN(const auto file, graph::ModelFile::Open(path));

  EXPECT_THAT(engine->Load(file, {}),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr(path.string()), HasSubstr("Teleport"))));
}

}  // namespace
}  // namespace slipway::runtime
