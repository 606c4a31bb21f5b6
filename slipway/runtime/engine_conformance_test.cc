// SPDX-License-Identifier: Apache-2.0
/// What every engine keeps of the contracts in engine.h and session.h.

#include "slipway/base/testing/assert_ok.h"
#include "slipway/runtime/engine.h"
#include "slipway/runtime/testing/fake_engine.h"
#include "slipway/runtime/testing/onnx_bytes.h"

#include <array>
#include <functional>
#include <thread>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::array<float, 4> kA = {10, 20, 30, 40};
constexpr std::array<float, 4> kB = {1, 2, 3, 4};

/// Makes an engine whose sessions compute, of float32 a and b of shape [-1,2], "sum" and
/// "difference".
struct EngineUnderTest {
  std::string name;
  std::function<std::unique_ptr<Engine>()> make;
};

Result<std::vector<Tensor>> SumAndDifference(std::span<const TensorView> inputs) {
  SLIPWAY_TRY_ASSIGN(Tensor sum, Tensor::CopyOf(inputs[0]));
  SLIPWAY_TRY_ASSIGN(Tensor difference, Tensor::CopyOf(inputs[0]));
  const std::span<const float> b = inputs[1].elements<float>();
  for (std::size_t i = 0; i < b.size(); ++i) {
    sum.mutable_elements<float>()[i] += b[i];
    difference.mutable_elements<float>()[i] -= b[i];
  }
  std::vector<Tensor> outputs;
  outputs.push_back(std::move(sum));
  outputs.push_back(std::move(difference));
  return outputs;
}

std::unique_ptr<Engine> MakeFakeEngine() {
  const std::vector<std::int64_t> shape = {-1, 2};
  return std::make_unique<FakeEngine>(FakeModel{
      .inputs = {{"a", DataType::kFloat32, shape}, {"b", DataType::kFloat32, shape}},
      .outputs = {{"sum", DataType::kFloat32, shape}, {"difference", DataType::kFloat32, shape}},
      .compute = SumAndDifference});
}

/// The same model as an ONNX file.
std::string SumAndDifferenceOnnx() {
  const auto value = [](std::string_view name) {
    return OnnxTensorValue(name, DataType::kFloat32, {-1, 2});
  };
  return OnnxModel(
      {.nodes = {OnnxNode("Add", {"a", "b"}, {"sum"}), OnnxNode("Sub", {"a", "b"}, {"difference"})},
       .inputs = {value("a"), value("b")},
       .outputs = {value("sum"), value("difference")},
       .initializers = {}});
}

class EngineConformanceTest : public ::testing::TestWithParam<EngineUnderTest> {
 protected:
  std::unique_ptr<Session> Load() const {
    Result<std::unique_ptr<Session>> session =
        engine_->LoadBytes(AsBytes(SumAndDifferenceOnnx()), "sum_and_difference", {});
    return *std::move(session);
  }
  std::array<TensorView, 2> inputs() const { return {a_.view(), b_.view()}; }
  const Engine& engine() const { return *engine_; }

 private:
  std::unique_ptr<Engine> engine_ = GetParam().make();
  Tensor a_ = Tensor::Of<float>({2, 2}, kA);
  Tensor b_ = Tensor::Of<float>({2, 2}, kB);
};

TEST_P(EngineConformanceTest, SaysWhatItIs) { EXPECT_NE(engine().description(), ""); }

TEST_P(EngineConformanceTest, DescribesTheModel) {
  const auto session = Load();

  ASSERT_EQ(session->inputs().size(), 2);
  ASSERT_EQ(session->outputs().size(), 2);
  EXPECT_EQ(session->inputs()[1].name, "b");
  EXPECT_EQ(session->inputs()[1].dtype, DataType::kFloat32);
  EXPECT_THAT(session->inputs()[1].shape, ElementsAre(-1, 2));
  EXPECT_EQ(session->outputs()[1].name, "difference");
}

TEST_P(EngineConformanceTest, GivesAllOutputsInTheirOrder) {
  const auto session = Load();

  ASSERT_OK_AND_ASSIGN(const auto outputs, session->NewExecutor()->Run(inputs(), {}));

  ASSERT_EQ(outputs.size(), 2);
  EXPECT_EQ(outputs[0].view.shape, Shape({2, 2}));
  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(11, 22, 33, 44));
  EXPECT_THAT(outputs[1].view.elements<float>(), ElementsAre(9, 18, 27, 36));
}

TEST_P(EngineConformanceTest, GivesTheWantedOutputsInTheWantedOrder) {
  const auto session = Load();
  const auto executor = session->NewExecutor();

  ASSERT_OK_AND_ASSIGN(const auto one, executor->Run(inputs(), std::array<std::size_t, 1>{1}));
  ASSERT_OK_AND_ASSIGN(const auto two, executor->Run(inputs(), std::array<std::size_t, 2>{1, 0}));

  ASSERT_EQ(one.size(), 1);
  ASSERT_EQ(two.size(), 2);
  EXPECT_THAT(one[0].view.elements<float>(), ElementsAre(9, 18, 27, 36));
  EXPECT_THAT(two[1].view.elements<float>(), ElementsAre(11, 22, 33, 44));
}

TEST_P(EngineConformanceTest, RunsAgainWithOtherShapesAndContents) {
  const auto session = Load();
  const auto executor = session->NewExecutor();
  ASSERT_OK_AND_ASSIGN(const auto first, executor->Run(inputs(), {}));
  Tensor row = Tensor::Of<float>({1, 2}, std::span(kA).first(2));
  const std::array<TensorView, 2> twice = {row.view(), row.view()};

  ASSERT_OK_AND_ASSIGN(const auto second, executor->Run(twice, {}));
  row.mutable_elements<float>()[0] = 100;
  ASSERT_OK_AND_ASSIGN(const auto third, executor->Run(twice, {}));

  EXPECT_THAT(first[0].view.elements<float>(), ElementsAre(11, 22, 33, 44));
  EXPECT_THAT(second[0].view.elements<float>(), ElementsAre(20, 40));
  EXPECT_THAT(third[0].view.elements<float>(), ElementsAre(200, 40));
}

TEST_P(EngineConformanceTest, RunsWithoutRows) {
  const auto session = Load();
  const TensorView nothing{DataType::kFloat32, {0, 2}, {}};

  ASSERT_OK_AND_ASSIGN(const auto outputs,
                       session->NewExecutor()->Run(std::array{nothing, nothing}, {}));

  EXPECT_EQ(outputs[0].view.shape, Shape({0, 2}));
  EXPECT_THAT(outputs[0].view.bytes, IsEmpty());
}

TEST_P(EngineConformanceTest, OutputsOutliveExecutorAndSession) {
  std::vector<SharedTensor> outputs;
  {
    const auto session = Load();
    ASSERT_OK_AND_ASSIGN(outputs, session->NewExecutor()->Run(inputs(), {}));
  }

  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(11, 22, 33, 44));
}

TEST_P(EngineConformanceTest, RefusesWrongInputsAndStaysUsable) {
  const auto session = Load();
  const auto executor = session->NewExecutor();
  const Tensor wide = Tensor::Of<float>({1, 4}, kA);
  const Tensor integers = *Tensor::Zeros(DataType::kInt32, {2, 2});
  const std::array<TensorView, 2> wrong_shape = {inputs()[0], wide.view()};
  const std::array<TensorView, 2> wrong_type = {inputs()[0], integers.view()};
  const std::array<TensorView, 2> too_few_bytes = {
      inputs()[0], {DataType::kFloat32, {2, 2}, wide.bytes().first(8)}};

  EXPECT_THAT(executor->Run(wrong_shape, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("b")));
  EXPECT_THAT(executor->Run(wrong_type, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("int32")));
  EXPECT_THAT(executor->Run(too_few_bytes, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"b\"")));
  EXPECT_THAT(executor->Run({}, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("want 2 inputs, got 0")));
  EXPECT_THAT(executor->Run(inputs(), std::array<std::size_t, 1>{2}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("output 2 is wanted of 2")));
  EXPECT_TRUE(executor->Run(inputs(), {}));
}

TEST_P(EngineConformanceTest, RunsOnSeveralThreadsAtOnce) {
  constexpr int kRuns = 200;
  const auto session = Load();
  std::array<int, 4> right = {};
  {
    std::vector<std::jthread> threads;
    for (int& count : right) {
      threads.emplace_back([&session, &count, this] {
        const auto executor = session->NewExecutor();
        for (int i = 0; i < kRuns; ++i) {
          const auto outputs = executor->Run(inputs(), {});
          if (outputs && (*outputs)[0].view.elements<float>()[3] == 44) ++count;
        }
      });
    }
  }

  EXPECT_THAT(right, Each(kRuns));
}

INSTANTIATE_TEST_SUITE_P(
    Engines, EngineConformanceTest,
    ::testing::Values(EngineUnderTest{"OnnxRuntime", [] { return *CreateOnnxRuntimeEngine({}); }},
                      EngineUnderTest{"Fake", MakeFakeEngine}),
    [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace slipway::runtime
