// SPDX-License-Identifier: Apache-2.0
// Model files that lie, are cut short, or are far larger than they look.
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/testing/is_invalid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

onnx::ModelProto ModelWithGraph() {
  onnx::ModelProto proto;
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(17);
  proto.mutable_graph()->set_name("g");
  return proto;
}

onnx::TensorProto& AddInitializer(onnx::ModelProto& proto, std::int32_t type,
                                  std::vector<std::int64_t> dims) {
  onnx::TensorProto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name("w");
  tensor.set_data_type(type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  return tensor;
}

Result<Model> Read(const onnx::ModelProto& proto, const ModelLimits& limits = {}) {
  return ParseModel(AsBytes(proto.SerializeAsString()), limits);
}

/// A model whose subgraphs lie `depth` deep.
onnx::ModelProto NestedModel(std::size_t depth) {
  onnx::ModelProto proto = ModelWithGraph();
  onnx::GraphProto* graph = proto.mutable_graph();
  for (std::size_t i = 0; i < depth; ++i) {
    onnx::NodeProto& node = *graph->add_node();
    node.set_op_type("If");
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("then_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    graph = attribute.mutable_g();
  }
  return proto;
}

auto ExceedsLimit(std::string_view text) {
  return FailsWith(ErrorCode::kResourceExhausted, HasSubstr(std::string(text)));
}

TEST(HostileModelTest, IsRefusedWhenCutShortAnywhere) {
  onnx::ModelProto proto = NestedModel(2);
  AddInitializer(proto, onnx::TensorProto::FLOAT, {2}).set_raw_data("12345678");
  const std::string whole = proto.SerializeAsString();
  ASSERT_OK(ParseModel(AsBytes(whole)));

  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Result<Model> read = ParseModel(AsBytes(whole).first(length));
    // A cut between two fields of the model is a shorter model, whole if the graph is in it.
    if (read) continue;
    EXPECT_EQ(read.error().code(), ErrorCode::kInvalidArgument) << length;
  }
}

TEST(HostileModelTest, IsRefusedWhenItIsNoModelAtAll) {
  EXPECT_THAT(ParseModel({}), IsInvalid("no graph"));
  EXPECT_THAT(ParseModel(AsBytes("MZ\x90 this is no model")), IsInvalid(""));
  EXPECT_THAT(ParseModel(AsBytes(std::string(1000, '\xFF'))), IsInvalid("10 bytes"));
}

TEST(HostileModelTest, IsRefusedWithAnIrVersionThatCannotBe) {
  onnx::ModelProto proto = ModelWithGraph();
  proto.set_ir_version(-1);

  EXPECT_THAT(Read(proto), IsInvalid("IR version -1"));
}

TEST(HostileModelTest, IsRefusedWhenSubgraphsLieTooDeep) {
  EXPECT_TRUE(Read(NestedModel(32)).has_value());
  EXPECT_THAT(Read(NestedModel(33)), ExceedsLimit("levels"));
  EXPECT_THAT(Read(NestedModel(3), {.max_depth = 2}), ExceedsLimit("more than 2 levels"));
}

TEST(HostileModelTest, IsRefusedWhenSubgraphsLieDeeperThanAnyStack) {
  // Protobuf itself could not nest it, so its bytes are made by hand, last byte first.
  std::string reversed;
  const auto wrap = [&reversed](char tag) {
    std::string length;
    std::size_t rest = reversed.size();
    for (; rest > 0x7FU; rest >>= 7U) length.push_back(static_cast<char>(rest | 0x80U));
    length.push_back(static_cast<char>(rest));
    reversed.append(length.rbegin(), length.rend());
    reversed.push_back(tag);
  };
  for (int i = 0; i < 20'000; ++i) {
    wrap('\x32');  // AttributeProto.g
    wrap('\x2A');  // NodeProto.attribute
    wrap('\x0A');  // GraphProto.node
  }
  wrap('\x3A');  // ModelProto.graph
  const std::string bytes(reversed.rbegin(), reversed.rend());

  EXPECT_THAT(ParseModel(AsBytes(bytes)), ExceedsLimit("levels"));
}

TEST(HostileModelTest, IsRefusedWhenItHasTooManyNodes) {
  onnx::ModelProto proto = ModelWithGraph();
  for (int i = 0; i < 11; ++i) proto.mutable_graph()->add_node();

  EXPECT_THAT(Read(proto, {.max_nodes = 10}), ExceedsLimit("more than 10 nodes"));
}

TEST(HostileModelTest, IsRefusedWhenItHasTooManyInitializers) {
  onnx::ModelProto proto = ModelWithGraph();
  for (int i = 0; i < 11; ++i) proto.mutable_graph()->add_initializer();

  EXPECT_THAT(Read(proto, {.max_initializers = 10}), ExceedsLimit("more than 10 tensors"));
}

TEST(HostileModelTest, IsRefusedWhenManySmallPartsWouldTakeMuchMemory) {
  onnx::ModelProto proto = ModelWithGraph();
  for (int i = 0; i < 1000; ++i) proto.mutable_graph()->add_node()->add_attribute();

  EXPECT_THAT(Read(proto, {.max_structure_bytes = 1 << 16}), ExceedsLimit("65536 bytes"));
}

TEST(HostileModelTest, IsRefusedWhenTheFileIsTooLarge) {
  const TemporaryFolder folder;
  ASSERT_OK(
      WriteFileAtomically(folder.path() / "m.onnx", AsBytes(ModelWithGraph().SerializeAsString())));

  EXPECT_THAT(ModelFile::Open(folder.path() / "m.onnx", {.max_file_bytes = 4}),
              ExceedsLimit("at most 4 are allowed"));
}

TEST(HostileModelTest, IsRefusedWhenDimensionsLieAboutTheData) {
  onnx::ModelProto proto = ModelWithGraph();
  AddInitializer(proto, onnx::TensorProto::FLOAT, {1'000'000'000'000}).set_raw_data("1234");

  EXPECT_THAT(Read(proto), IsInvalid("initializer \"w\""));
}

TEST(HostileModelTest, IsRefusedWhenDimensionsLieAboutTypedData) {
  onnx::ModelProto proto = ModelWithGraph();
  AddInitializer(proto, onnx::TensorProto::FLOAT, {1'000'000'000'000}).add_float_data(1);

  EXPECT_THAT(Read(proto), IsInvalid("asks for 1000000000000 numbers, the file has 1"));
}

TEST(HostileModelTest, IsRefusedWhenDimensionsOverflow) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  onnx::ModelProto proto = ModelWithGraph();
  AddInitializer(proto, onnx::TensorProto::FLOAT, {kHuge, kHuge});
  onnx::ModelProto negative = ModelWithGraph();
  AddInitializer(negative, onnx::TensorProto::FLOAT, {-1});

  EXPECT_THAT(Read(proto), IsInvalid("63 bits"));
  EXPECT_THAT(Read(negative), IsInvalid("negative size"));
}

TEST(HostileModelTest, IsRefusedWhenAnInitializerComesTwice) {
  onnx::ModelProto proto = ModelWithGraph();
  AddInitializer(proto, onnx::TensorProto::FLOAT, {}).add_float_data(1);
  AddInitializer(proto, onnx::TensorProto::FLOAT, {}).add_float_data(1);

  EXPECT_THAT(Read(proto), IsInvalid("two of that name"));
}

TEST(HostileModelTest, IsRefusedWhenItsGraphComesInTwoParts) {
  // Protobuf would merge them, behind the back of what was checked before.
  const std::string bytes =
      ModelWithGraph().SerializeAsString() + ModelWithGraph().SerializeAsString();

  EXPECT_THAT(ParseModel(AsBytes(bytes)), IsInvalid("field 7 comes twice"));
}

TEST(HostileModelTest, IsRefusedWithGroups) {
  const std::string bytes = ModelWithGraph().SerializeAsString() + "\x0B\x0C";

  EXPECT_THAT(ParseModel(AsBytes(bytes)), IsInvalid("wire type 3"));
}

/// A model with functions that call one another: (who, whom).
onnx::ModelProto CallingModel(const std::vector<std::pair<std::string, std::string>>& calls) {
  onnx::ModelProto proto = ModelWithGraph();
  for (const auto& [caller, called] : calls) {
    onnx::FunctionProto& function = *proto.add_functions();
    function.set_name(caller);
    function.set_domain("local");
    // The call lies in a subgraph, where it is easily overlooked.
    onnx::NodeProto& node = *function.add_node()->add_attribute()->mutable_g()->add_node();
    node.set_op_type(called);
    node.set_domain("local");
  }
  return proto;
}

TEST(HostileModelTest, IsRefusedWhenFunctionsCallInCircles) {
  EXPECT_TRUE(Read(CallingModel({{"a", "b"}, {"b", "Relu"}})).has_value());
  EXPECT_THAT(Read(CallingModel({{"a", "a"}})), IsInvalid("function \"a\" calls itself"));
  EXPECT_THAT(Read(CallingModel({{"a", "b"}, {"b", "c"}, {"c", "b"}})),
              IsInvalid("directly or through others"));
}

TEST(HostileModelTest, IsRefusedWithTwoFunctionsOfOneName) {
  EXPECT_THAT(Read(CallingModel({{"a", "Relu"}, {"a", "Relu"}})), IsInvalid("two functions \"a\""));
}

TEST(HostileModelTest, IsRefusedWithAttributesOfNoType) {
  onnx::ModelProto proto = ModelWithGraph();
  proto.mutable_graph()->add_node()->add_attribute()->set_name("alpha");

  EXPECT_THAT(Read(proto), IsInvalid("attribute \"alpha\""));
}

}  // namespace
}  // namespace slipway::graph
