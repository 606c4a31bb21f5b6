// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/testing/assert_ok.h"
#include "slipway/runtime/engine.h"
#include "slipway/runtime/testing/onnx_bytes.h"
#include "slipway/tensor/bytes_layout.h"

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using std::string_literals::operator""s;

std::unique_ptr<Session> LoadSession(std::string_view model) {
  const std::unique_ptr<Engine> engine = *CreateOnnxRuntimeEngine({});
  return *engine->LoadBytes(AsBytes(model), "test", {});
}

/// The one output of the one-input `session` for `input`.
Result<SharedTensor> RunOne(const Session& session, const TensorView& input) {
  SLIPWAY_TRY_ASSIGN(const auto outputs, session.NewExecutor()->Run(std::span(&input, 1), {}));
  return outputs[0];
}

TEST(OnnxRuntimeExecutorTest, CarriesEveryElementTypeUnchanged) {
  constexpr std::array kTypes = {DataType::kBool,    DataType::kUint8,    DataType::kUint16,
                                 DataType::kUint32,  DataType::kUint64,   DataType::kInt8,
                                 DataType::kInt16,   DataType::kInt32,    DataType::kInt64,
                                 DataType::kFloat16, DataType::kBfloat16, DataType::kFloat32,
                                 DataType::kFloat64};
  for (const DataType type : kTypes) {
    const auto session = LoadSession(OnnxIdentity(type, {-1, 3}));
    Tensor tensor = *Tensor::Zeros(type, {1, 3});
    tensor.mutable_bytes()[0] = std::byte{1};

    ASSERT_OK_AND_ASSIGN(const SharedTensor output, RunOne(*session, tensor.view()));

    EXPECT_EQ(session->inputs()[0].dtype, type);
    EXPECT_EQ(output.view.dtype, type);
    EXPECT_EQ(AsText(output.view.bytes), AsText(tensor.bytes())) << DataTypeName(type);
  }
}

TEST(OnnxRuntimeExecutorTest, CarriesStringsWithAnyBytes) {
  const auto session = LoadSession(OnnxIdentity(DataType::kBytes, {-1}));
  std::string bytes;
  for (const std::string& element : {"ship"s, ""s, "a\0b\xff"s}) {
    ASSERT_OK(AppendBytesElement(bytes, element));
  }

  ASSERT_OK_AND_ASSIGN(const SharedTensor output,
                       RunOne(*session, {DataType::kBytes, {3}, AsBytes(bytes)}));

  EXPECT_EQ(output.view.shape, Shape({3}));
  EXPECT_EQ(AsText(output.view.bytes), bytes);
  EXPECT_THAT(RunOne(*session, {DataType::kBytes, {2}, AsBytes(bytes)}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));
}

TEST(OnnxRuntimeExecutorTest, CarriesScalars) {
  const auto session = LoadSession(OnnxIdentity(DataType::kFloat32, {}));
  constexpr std::array<float, 1> kOne = {2.5F};
  const Tensor scalar = Tensor::Of<float>({}, kOne);

  ASSERT_OK_AND_ASSIGN(const SharedTensor output, RunOne(*session, scalar.view()));

  EXPECT_EQ(output.view.shape, Shape({}));
  EXPECT_THAT(output.view.elements<float>(), ElementsAre(2.5F));
}

TEST(OnnxRuntimeExecutorTest, ReadsBytesAtAnyAddress) {
  const auto session = LoadSession(OnnxIdentity(DataType::kFloat32, {-1}));
  const auto executor = session->NewExecutor();
  std::array<std::byte, 9> body = {};
  const TensorView unaligned{DataType::kFloat32, {2}, std::span(body).subspan(1)};
  for (const float value : {1.5F, -2.0F}) {
    std::memcpy(body.data() + 1, &value, sizeof(value));

    ASSERT_OK_AND_ASSIGN(const auto outputs, executor->Run(std::span(&unaligned, 1), {}));

    EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(value, 0));
  }
}

TEST(OnnxRuntimeExecutorTest, NeverHandsOutTheCallersBytes) {
  const std::string value = OnnxTensorValue("x", DataType::kFloat32, {2});
  const auto session = LoadSession(
      OnnxModel({.nodes = {}, .inputs = {value}, .outputs = {value}, .initializers = {}}));
  constexpr std::array<float, 2> kTwo = {1, 2};
  Tensor input = Tensor::Of<float>({2}, kTwo);

  ASSERT_OK_AND_ASSIGN(const SharedTensor output, RunOne(*session, input.view()));
  input.mutable_elements<float>()[0] = 9;

  EXPECT_THAT(output.view.elements<float>(), ElementsAre(1, 2));
}

TEST(OnnxRuntimeExecutorTest, OutputsThatAreWeightsOutliveTheSession) {
  const std::string weight = ProtoField(1, 2) + ProtoField(2, 1) + ProtoField(8, "w") +
                             ProtoField(9, "\0\0\x80\x3f\0\0\0\x40"s);
  const std::string value = OnnxTensorValue("w", DataType::kFloat32, {2});
  auto session = LoadSession(
      OnnxModel({.nodes = {}, .inputs = {}, .outputs = {value}, .initializers = {weight}}));

  ASSERT_OK_AND_ASSIGN(const auto outputs, session->NewExecutor()->Run({}, {}));
  session.reset();

  EXPECT_THAT(outputs[0].view.elements<float>(), ElementsAre(1, 2));
}

TEST(OnnxRuntimeExecutorTest, LetsCallersReplaceTheDefaultOfAnOptionalInput) {
  const std::string one_two = ProtoField(1, 2) + ProtoField(2, 1) + ProtoField(8, "w") +
                              ProtoField(9, "\0\0\x80\x3f\0\0\0\x40"s);
  const auto value = [](std::string_view name) {
    return OnnxTensorValue(name, DataType::kFloat32, {2});
  };
  const auto session = LoadSession(OnnxModel({.nodes = {OnnxNode("Add", {"x", "w"}, {"y"})},
                                              .inputs = {value("x"), value("w")},
                                              .outputs = {value("y")},
                                              .initializers = {one_two}}));
  constexpr std::array<float, 2> kTen = {10, 10};
  const Tensor ten = Tensor::Of<float>({2}, kTen);
  const auto executor = session->NewExecutor();

  ASSERT_OK_AND_ASSIGN(const auto replaced, executor->Run(std::array{ten.view(), ten.view()}, {}));
  ASSERT_OK_AND_ASSIGN(const auto absent, executor->Run(std::array{ten.view(), TensorView{}}, {}));
  ASSERT_OK_AND_ASSIGN(const auto unsaid, executor->Run(std::array{ten.view()}, {}));

  ASSERT_EQ(session->inputs().size(), 1U);
  ASSERT_EQ(session->optional_inputs().size(), 1U);
  EXPECT_EQ(session->optional_inputs()[0].name, "w");
  EXPECT_THAT(replaced[0].view.elements<float>(), ElementsAre(20, 20));
  EXPECT_THAT(absent[0].view.elements<float>(), ElementsAre(11, 12));
  EXPECT_THAT(unsaid[0].view.elements<float>(), ElementsAre(11, 12));
}

TEST(OnnxRuntimeExecutorTest, ReportsANodeThatFails) {
  const auto session =
      LoadSession(OnnxModel({.nodes = {OnnxNode("Reshape", {"x", "shape"}, {"y"})},
                             .inputs = {OnnxTensorValue("x", DataType::kFloat32, {-1}),
                                        OnnxTensorValue("shape", DataType::kInt64, {2})},
                             .outputs = {OnnxTensorValue("y", DataType::kFloat32, {-1, -1})},
                             .initializers = {}}));
  const Tensor x = *Tensor::Zeros(DataType::kFloat32, {6});
  constexpr std::array<std::int64_t, 2> kImpossible = {4, 4};
  const Tensor shape = Tensor::Of<std::int64_t>({2}, kImpossible);

  const auto outputs = session->NewExecutor()->Run(std::array{x.view(), shape.view()}, {});

  ASSERT_FALSE(outputs);
  EXPECT_THAT(outputs.error().message(), HasSubstr("Reshape"));
}

}  // namespace
}  // namespace slipway::runtime
