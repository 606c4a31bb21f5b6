// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/register_operators.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/runtime/kernels/testing/coded_matrix.h"
#include "slipway/runtime/kernels/testing/operator_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnxruntime_c_api.h>

#include <string>
#include <vector>

namespace slipway::kernels {
namespace {

using ::testing::HasSubstr;

const OrtApi& LibraryApi() { return *OrtGetApiBase()->GetApi(ORT_API_VERSION); }

// What `status` says; empty if it is null.
std::string MessageOf(OrtStatus* status) {
  if (status == nullptr) return "";
  std::string message = LibraryApi().GetErrorMessage(status);
  LibraryApi().ReleaseStatus(status);
  return message;
}

// How a program makes the operators known to ONNX Runtime.
enum class Way : std::uint8_t { kLinked, kLibrary };

// A program that has ONNX Runtime and our operators, and nothing else of ours.
class ForeignProgram {
 public:
  explicit ForeignProgram(Way way, int threads = 1) {
    const OrtApi& api = LibraryApi();
    Check(api.CreateEnv(ORT_LOGGING_LEVEL_FATAL, "test", &environment_));
    Check(api.CreateSessionOptions(&options_));
    Check(api.SetIntraOpNumThreads(options_, threads));
    Check(way == Way::kLinked ? RegisterOperators(*options_, api)
                              : api.RegisterCustomOpsLibrary_V2(options_, SLIPWAY_KERNELS_LIBRARY));
  }
  ForeignProgram(const ForeignProgram&) = delete;
  ForeignProgram& operator=(const ForeignProgram&) = delete;
  ~ForeignProgram() {
    LibraryApi().ReleaseSession(session_);
    LibraryApi().ReleaseSessionOptions(options_);
    LibraryApi().ReleaseEnv(environment_);
  }

  // Why the model cannot be loaded; empty if it is.
  std::string Load(const graph::Model& model) {
    const Result<std::string> bytes = graph::SerializeModel(model);
    if (!bytes) return bytes.error().message();
    return MessageOf(LibraryApi().CreateSessionFromArray(environment_, bytes->data(), bytes->size(),
                                                         options_, &session_));
  }

  // What the loaded model gives for `x` of `shape`.
  Result<std::vector<float>> Run(std::vector<float> x, const std::vector<std::int64_t>& shape) {
    const OrtApi& api = LibraryApi();
    OrtMemoryInfo* memory = nullptr;
    OrtValue* input = nullptr;
    OrtValue* output = nullptr;
    Check(api.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    Check(api.CreateTensorWithDataAsOrtValue(memory, x.data(), x.size() * sizeof(float),
                                             shape.data(), shape.size(),
                                             ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input));
    const char* const input_name = "x";
    const char* const output_name = "y";
    const std::string failure =
        MessageOf(api.Run(session_, nullptr, &input_name, &input, 1, &output_name, 1, &output));
    api.ReleaseValue(input);
    api.ReleaseMemoryInfo(memory);
    if (!failure.empty()) return InternalError("{}", failure);
    std::vector<float> y = ElementsOf(output);
    api.ReleaseValue(output);
    return y;
  }

 private:
  static void Check(OrtStatus* status) { ASSERT_EQ(MessageOf(status), ""); }

  static std::vector<float> ElementsOf(OrtValue* value) {
    OrtTensorTypeAndShapeInfo* info = nullptr;
    std::size_t count = 0;
    void* data = nullptr;
    Check(LibraryApi().GetTensorTypeAndShape(value, &info));
    Check(LibraryApi().GetTensorShapeElementCount(info, &count));
    LibraryApi().ReleaseTensorTypeAndShapeInfo(info);
    Check(LibraryApi().GetTensorMutableData(value, &data));
    const auto* numbers = static_cast<const float*>(data);
    return {numbers, numbers + count};
  }

  OrtEnv* environment_ = nullptr;
  OrtSessionOptions* options_ = nullptr;
  OrtSession* session_ = nullptr;
};

void ExpectProducts(const std::vector<float>& y, const CodedMatrix& matrix,
                    const std::vector<float>& x) {
  const std::size_t rows = matrix.sizes.rows;
  const std::size_t columns = matrix.sizes.columns;
  const std::vector<double> weight = matrix.Decode();
  ASSERT_EQ(y.size(), x.size() / columns * rows);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      sum += weight[i % rows * columns + c] * x[i / rows * columns + c];
    }
    ASSERT_NEAR(y[i], sum, 1e-4) << i;
  }
}

class RegisterOperatorsTest : public ::testing::TestWithParam<Way> {};

TEST_P(RegisterOperatorsTest, RunsAModelWithTheOperator) {
  const CodedMatrix matrix =
      RandomCodedMatrix({.rows = 17, .columns = 70}, {.column_order = true}, 1);
  const std::vector<float> x = RandomNumbers(6 * 70, 2);
  ForeignProgram program(GetParam());
  ASSERT_EQ(program.Load(OperatorModel(matrix.View())), "");

  ASSERT_OK_AND_ASSIGN(const std::vector<float> y, program.Run(x, {2, 3, 70}));

  ExpectProducts(y, matrix, x);
}

TEST_P(RegisterOperatorsTest, SharesWorkAmongTheThreadsOfTheSession) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 1100, .columns = 1000}, {}, 3);
  const std::vector<float> x = RandomNumbers(1000, 4);
  ForeignProgram program(GetParam(), 2);
  ASSERT_EQ(program.Load(OperatorModel(matrix.View())), "");

  ASSERT_OK_AND_ASSIGN(const std::vector<float> y, program.Run(x, {1000}));

  ExpectProducts(y, matrix, x);
}

TEST_P(RegisterOperatorsTest, ReadsCodebooksOfFloat16) {
  CodedMatrix matrix = RandomCodedMatrix(
      {.rows = 5, .columns = 9, .bits = 2, .vector_length = 2, .entries = 4}, {.scales = false}, 5);
  matrix.codebook = {0.5F, -2, 0.125F, 3, 1, -0.75F, 8, 0};
  const std::vector<float> x = RandomNumbers(9, 6);
  ForeignProgram program(GetParam());
  ASSERT_EQ(program.Load(OperatorModel(matrix.View(), {.has_half_codebook = true})), "");

  ASSERT_OK_AND_ASSIGN(const std::vector<float> y, program.Run(x, {1, 9}));

  ExpectProducts(y, matrix, x);
}

INSTANTIATE_TEST_SUITE_P(Ways, RegisterOperatorsTest,
                         ::testing::Values(Way::kLinked, Way::kLibrary));

// Why a model that `change` has changed cannot be loaded.
template <typename Change>
std::string FaultAfter(const Change& change) {
  graph::Model model = OperatorModel(RandomCodedMatrix({.rows = 4, .columns = 10}, {}, 7).View());
  change(model.graph);
  return ForeignProgram(Way::kLinked).Load(model);
}

void SetAttribute(graph::Graph& graph, const std::string& name,
                  decltype(graph::Attribute::value) value) {
  std::erase_if(graph.nodes[0].attributes,
                [&](const graph::Attribute& attribute) { return attribute.name == name; });
  graph.nodes[0].attributes.push_back({name, std::move(value)});
}

TEST(HostileOperatorTest, IsRefusedForItsAttributes) {
  const auto with = [](const std::string& name, decltype(graph::Attribute::value) value) {
    return FaultAfter([&](graph::Graph& graph) { SetAttribute(graph, name, value); });
  };

  EXPECT_THAT(with("N", std::int64_t{-1}), HasSubstr("attribute N is -1"));
  EXPECT_THAT(with("N", std::int64_t{5}), HasSubstr("codes have 20 bytes"));
  EXPECT_THAT(with("K", std::int64_t{1} << 62), HasSubstr("K is 4611686018427387904"));
  EXPECT_THAT(with("K", 1.5F), HasSubstr("attribute K is missing"));
  EXPECT_THAT(with("bits", std::int64_t{64}), HasSubstr("bits is 64"));
  EXPECT_THAT(with("vector_length", std::int64_t{0}), HasSubstr("vector_length is 0"));
  EXPECT_THAT(with("stages", std::int64_t{-2}), HasSubstr("attribute stages is -2"));
  EXPECT_THAT(with("entries", std::int64_t{3}), HasSubstr("codebook has 16 elements: want 3"));
  EXPECT_THAT(with("activation", std::string("Tanh")), HasSubstr("activation is \"Tanh\""));
  EXPECT_THAT(with("accuracy_level", std::int64_t{3}), HasSubstr("accuracy_level is 3"));
}

TEST(HostileOperatorTest, IsRefusedForItsInputs) {
  EXPECT_THAT(FaultAfter([](graph::Graph& graph) { graph.nodes[0].inputs[3] = "x"; }),
              HasSubstr("input 3 is no constant"));
  EXPECT_THAT(FaultAfter([](graph::Graph& graph) {
                graph.initializers["codebook"] = std::make_shared<const Tensor>(
                    Tensor::Of<double>(Shape({16}), std::vector<double>(16)));
              }),
              HasSubstr("input 2 has elements of type 11"));
  EXPECT_THAT(FaultAfter([](graph::Graph& graph) {
                graph.initializers["codes"] = std::make_shared<const Tensor>(
                    Tensor::Of<std::uint8_t>(Shape({0}), std::vector<std::uint8_t>()));
              }),
              HasSubstr("input 1 has no elements"));
}

TEST(HostileOperatorTest, RefusesInputsOfAnotherWidth) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 4, .columns = 10}, {}, 8);
  ForeignProgram program(Way::kLinked);
  ASSERT_EQ(program.Load(OperatorModel(matrix.View())), "");

  const auto y = program.Run(std::vector<float>(9), {1, 9});

  ASSERT_FALSE(y);
  EXPECT_THAT(y.error().message(), HasSubstr("the last dimension of X is 9: want 10"));
}

}  // namespace
}  // namespace slipway::kernels
