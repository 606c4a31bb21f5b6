// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/onnx_runtime_session.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/runtime/testing/onnx_bytes.h"

#include <array>
#include <fstream>
#include <string>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using std::string_literals::operator""s;

const OrtEnvironment& Environment() { return **OrtEnvironment::ForProcess({}); }

Result<std::unique_ptr<Session>> Load(std::string_view model,
                                      const std::map<std::string, ByteView>& external = {}) {
  return OnnxRuntimeSession::Create(Environment(), {"test", AsBytes(model), external}, {});
}

TEST(OnnxRuntimeSessionTest, DescribesInputsAndOutputs) {
  ASSERT_OK_AND_ASSIGN(const auto session, Load(OnnxIdentity(DataType::kInt64, {-1, 3, 28})));

  ASSERT_EQ(session->inputs().size(), 1);
  EXPECT_EQ(session->inputs()[0].name, "x");
  EXPECT_EQ(session->inputs()[0].dtype, DataType::kInt64);
  EXPECT_THAT(session->inputs()[0].shape, ElementsAre(-1, 3, 28));
  EXPECT_EQ(session->outputs()[0].name, "y");
}

TEST(OnnxRuntimeSessionTest, LoadsAtEachOptimizationLevel) {
  const std::string model = OnnxIdentity(DataType::kFloat32, {-1});
  for (const GraphOptimization level : {GraphOptimization::kNone, GraphOptimization::kBasic,
                                        GraphOptimization::kExtended, GraphOptimization::kAll}) {
    EXPECT_TRUE(OnnxRuntimeSession::Create(Environment(), {"test", AsBytes(model), {}},
                                           {.optimization = level}));
  }
}

TEST(OnnxRuntimeSessionTest, RunsWithThreadsAndMemoryOfItsOwn) {
  const std::string model = OnnxIdentity(DataType::kFloat32, {-1});
  ASSERT_OK_AND_ASSIGN(
      const auto session,
      OnnxRuntimeSession::Create(Environment(), {"test", AsBytes(model), {}},
                                 {.intra_op_threads = 2,
                                  .inter_op_threads = 2,
                                  .parallel_nodes = true,
                                  .memory_arena = false,
                                  .memory_patterns = true,
                                  .settings = {{"session.disable_prepacking", "1"}}}));
  const std::array<float, 2> row = {1, 2};
  const TensorView input{DataType::kFloat32, Shape({2}), std::as_bytes(std::span(row))};

  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> outputs,
                       session->NewExecutor()->Run(std::span(&input, 1), {}));

  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(1, 2));
}

TEST(OnnxRuntimeSessionTest, RefusesOptionsThatItCannotHave) {
  const std::string model = OnnxIdentity(DataType::kFloat32, {-1});
  const auto load = [&](const SessionOptions& options) {
    return OnnxRuntimeSession::Create(Environment(), {"test", AsBytes(model), {}}, options);
  };

  EXPECT_THAT(load({.intra_op_threads = 5000}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("5000 intra-op")));
  EXPECT_THAT(load({.settings = {{"ep.context_enable", "1"}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"ep.context_enable\"")));
  EXPECT_THAT(load({.settings = {{"session.model_external_initializers_file_folder_path", "/"}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("may not be changed")));
  EXPECT_THAT(load({.settings = {{"session.x", std::string(100'000, 'x')}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"session.x\"")));
}

TEST(OnnxRuntimeSessionTest, RefusesWhatIsNoModel) {
  EXPECT_THAT(Load("not a model"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("cannot run model test")));
  EXPECT_THAT(Load(""), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("model test")));
}

TEST(OnnxRuntimeSessionTest, RefusesOperatorsThatTheEngineDoesNotHave) {
  const std::string custom = OnnxModel({.nodes = {OnnxNode("Teleport", {"x"}, {"y"})},
                                        .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                        .outputs = {OnnxTensorValue("y", DataType::kFloat32, {1})},
                                        .initializers = {}});

  EXPECT_THAT(Load(custom), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("Teleport")));
}

TEST(OnnxRuntimeSessionTest, RefusesAnOpsetThatIsTooNew) {
  const std::string model = OnnxModel({.nodes = {OnnxNode("Identity", {"x"}, {"y"})},
                                       .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                       .outputs = {OnnxTensorValue("y", DataType::kFloat32, {1})},
                                       .initializers = {}},
                                      999);

  EXPECT_THAT(Load(model), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("opset")));
}

TEST(OnnxRuntimeSessionTest, NamesTheValueThatIsNoTensor) {
  const std::string model = OnnxModel({.nodes = {OnnxNode("SequenceConstruct", {"x"}, {"parts"})},
                                       .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                       .outputs = {ProtoField(1, "parts")},
                                       .initializers = {}});

  EXPECT_THAT(Load(model), FailsWith(ErrorCode::kUnimplemented,
                                     AllOf(HasSubstr("output \"parts\""), HasSubstr("sequence"))));
}

TEST(OnnxRuntimeSessionTest, NamesTheValueWhoseElementsAreNotHandled) {
  constexpr std::uint64_t kFloat8 = 17;
  const std::string to = ProtoField(1, "to") + ProtoField(3, kFloat8) + ProtoField(20, 2);
  const std::string model = OnnxModel({.nodes = {OnnxNode("Cast", {"x"}, {"small"}, {to})},
                                       .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                       .outputs = {ProtoField(1, "small")},
                                       .initializers = {}},
                                      19);

  EXPECT_THAT(Load(model), FailsWith(ErrorCode::kUnimplemented,
                                     AllOf(HasSubstr("output \"small\""), HasSubstr("type 17"))));
}

TEST(OnnxRuntimeSessionTest, TakesExternalDataFromMemory) {
  const std::string file = "........\0\0\x80\x3f\0\0\0\x40"s;

  ASSERT_OK_AND_ASSIGN(const auto session,
                       Load(OnnxWithExternalWeight("data.bin"), {{"data.bin", AsBytes(file)}}));
  ASSERT_OK_AND_ASSIGN(const auto outputs, session->NewExecutor()->Run({}, {}));

  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(1, 2));
}

TEST(OnnxRuntimeSessionTest, RefusesExternalDataOutsideTheBytesItIsGiven) {
  const std::string file = "............";

  EXPECT_THAT(Load(OnnxWithExternalWeight("data.bin"), {{"data.bin", AsBytes(file)}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("cannot run model test")));
}

TEST(OnnxRuntimeSessionTest, OpensNoFileByItself) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "data.bin";
  ASSERT_OK(WriteFileAtomically(file, AsBytes("................")));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());

  const bool beside = Load(OnnxWithExternalWeight("data.bin")).has_value();
  const bool absolute = Load(OnnxWithExternalWeight(file.string())).has_value();
  const bool climbing = Load(OnnxWithExternalWeight("../.." + file.string())).has_value();
  const bool constant = Load(OnnxWithExternalConstant("data.bin")).has_value();
  std::filesystem::current_path(before);

  EXPECT_FALSE(beside);
  EXPECT_FALSE(absolute);
  EXPECT_FALSE(climbing);
  EXPECT_FALSE(constant);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// The resident bytes of this process.
std::size_t ResidentBytes() {
  constexpr std::size_t kPageBytes = 4096;
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * kPageBytes;
}

TEST(OnnxRuntimeSessionTest, GivesItsMemoryBackWhenUnloaded) {
  constexpr std::size_t kWeightBytes = std::size_t{16} << 20U;
  const std::string weight = ProtoField(1, kWeightBytes / 4) + ProtoField(2, 1) +
                             ProtoField(8, "w") + ProtoField(9, std::string(kWeightBytes, '\1'));
  const std::string model = OnnxModel({.nodes = {OnnxNode("Add", {"x", "w"}, {"y"})},
                                       .inputs = {OnnxTensorValue("x", DataType::kFloat32, {1})},
                                       .outputs = {OnnxTensorValue("y", DataType::kFloat32, {-1})},
                                       .initializers = {weight}});
  ASSERT_OK(Load(model));
  const std::size_t before = ResidentBytes();

  for (int i = 0; i < 20; ++i) ASSERT_OK(Load(model));

  // The allocator may keep what one load or two needed for the next ones, not what 20 did.
  EXPECT_LT(ResidentBytes(), before + 2 * kWeightBytes);
}
#endif

}  // namespace
}  // namespace slipway::runtime
