// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/model_file.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/graph/internal/onnx.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ConstantTensor FloatTensor(const Shape& shape, std::vector<float> elements) {
  return std::make_shared<const Tensor>(Tensor::Of<float>(shape, elements));
}

ValueInfo FloatValue(std::string name, std::vector<Dimension> shape) {
  return {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::move(shape)};
}

/// y = x · w + b with a free batch, and something in every field.
Model LinearModel() {
  return {
      .ir_version = 9,
      .opsets = {{"", 17}},
      .producer_name = "test",
      .producer_version = "1.2",
      .domain = "org.example",
      .model_version = 3,
      .doc = "A line.",
      .metadata = {{"author", "me"}},
      .graph = {.name = "linear",
                .nodes = {{.name = "fc",
                           .op_type = "Gemm",
                           .inputs = {"x", "w", "b"},
                           .outputs = {"y"},
                           .attributes = {{.name = "alpha", .value = 1.0F},
                                          {.name = "transB", .value = std::int64_t{1}}},
                           .doc = "fully connected"}},
                .inputs = {FloatValue("x", {{.name = "batch"}, {.size = 2}})},
                .outputs = {FloatValue("y", {{.name = "batch"}, {.size = 1}})},
                .values = {FloatValue("inner", {{}})},
                .initializers = {{"w", FloatTensor({1, 2}, {1, 2})}, {"b", FloatTensor({1}, {3})}},
                .doc = "graph"}};
}

std::string SerializedProto(const onnx::ModelProto& proto) { return proto.SerializeAsString(); }

/// The least that is a model: one Relu.
onnx::ModelProto ReluProto() {
  onnx::ModelProto proto;
  proto.set_ir_version(10);
  proto.add_opset_import()->set_version(21);
  onnx::GraphProto& graph = *proto.mutable_graph();
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type("Relu");
  node.add_input("x");
  node.add_output("y");
  graph.add_input()->set_name("x");
  graph.add_output()->set_name("y");
  return proto;
}

/// Reads `proto` and writes it again.
Result<onnx::ModelProto> RoundTrip(const onnx::ModelProto& proto) {
  SLIPWAY_TRY_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  SLIPWAY_TRY_ASSIGN(const std::string bytes, SerializeModel(model));
  onnx::ModelProto written;
  if (!written.ParseFromString(bytes)) return InternalError("no protobuf was written");
  return written;
}

TEST(ModelFileTest, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const Model model = LinearModel();

  ASSERT_OK(WriteModel(model, folder.path() / "linear.onnx"));
  ASSERT_OK_AND_ASSIGN(const Model read, ReadModel(folder.path() / "linear.onnx"));

  EXPECT_EQ(read.ir_version, 9);
  EXPECT_EQ(read.producer_version, "1.2");
  EXPECT_EQ(read.metadata, model.metadata);
  EXPECT_EQ(read.opsets, model.opsets);
  ASSERT_THAT(read.graph.nodes, SizeIs(1));
  EXPECT_EQ(read.graph.nodes[0].doc, "fully connected");
  EXPECT_EQ(read.graph.nodes[0].IntAttribute("transB", 0), 1);
  EXPECT_EQ(read.graph.inputs[0].shape, model.graph.inputs[0].shape);
  EXPECT_EQ(read.graph.values[0].shape, model.graph.values[0].shape);
  EXPECT_THAT(read.graph.FindInitializer("w")->elements<float>(), ElementsAre(1, 2));
}

TEST(ModelFileTest, WritesTheSameBytesForTheSameModel) {
  ASSERT_OK_AND_ASSIGN(const std::string first, SerializeModel(LinearModel()));
  ASSERT_OK_AND_ASSIGN(const Model read, ParseModel(AsBytes(first)));
  ASSERT_OK_AND_ASSIGN(const std::string second, SerializeModel(read));

  EXPECT_EQ(first, second);
}

TEST(ModelFileTest, KnowsItsBytes) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "linear.onnx";
  ASSERT_OK(WriteModel(LinearModel(), path));

  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Open(path));

  EXPECT_EQ(file.path(), path);
  EXPECT_EQ(file.total_bytes(), std::filesystem::file_size(path));
  EXPECT_EQ(file.model_bytes().size(), file.total_bytes());
  EXPECT_THAT(file.external_files(), IsEmpty());
}

TEST(ModelFileTest, SaysWhichFileIsMissing) {
  const TemporaryFolder folder;

  EXPECT_THAT(ReadModel(folder.path() / "none.onnx"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("none.onnx")));
}

TEST(ModelFileTest, KeepsWhatItDoesNotUnderstand) {
  onnx::ModelProto proto = ReluProto();
  onnx::GraphProto& graph = *proto.mutable_graph();
  onnx::NodeProto& node = *graph.mutable_node(0);
  node.set_overload("second");
  node.add_metadata_props()->set_key("traced from");
  graph.add_metadata_props()->set_key("exporter");
  graph.add_quantization_annotation()->set_tensor_name("x");
  graph.mutable_input(0)->set_doc_string("pixels");
  node.mutable_unknown_fields()->append("\x52\x01z");  // Field 10: device configurations.
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("kind");
  attribute.set_type(onnx::AttributeProto::TYPE_PROTO);
  attribute.mutable_tp()->mutable_tensor_type()->set_elem_type(1);
  onnx::AttributeProto& described = *node.add_attribute();
  described.set_name("axis");
  described.set_type(onnx::AttributeProto::INT);
  described.set_i(1);
  described.set_doc_string("the channels");

  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  const onnx::GraphProto& kept = written.graph();
  EXPECT_EQ(kept.node(0).overload(), "second");
  EXPECT_EQ(kept.node(0).metadata_props(0).key(), "traced from");
  EXPECT_EQ(kept.node(0).unknown_fields(), "\x52\x01z");
  EXPECT_EQ(kept.metadata_props(0).key(), "exporter");
  EXPECT_EQ(kept.quantization_annotation(0).tensor_name(), "x");
  EXPECT_EQ(kept.input(0).doc_string(), "pixels");
  EXPECT_EQ(kept.node(0).attribute(0).tp().tensor_type().elem_type(), 1);
  EXPECT_EQ(kept.node(0).attribute(1).doc_string(), "the channels");
  EXPECT_EQ(kept.node(0).attribute(1).i(), 1);
}

TEST(ModelFileTest, KeepsTypesItHasNoWordFor) {
  onnx::ModelProto proto = ReluProto();
  onnx::TypeProto& input = *proto.mutable_graph()->mutable_input(0)->mutable_type();
  input.mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT8E4M3FN);
  input.mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(4);
  onnx::TypeProto& output = *proto.mutable_graph()->mutable_output(0)->mutable_type();
  output.mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(1);

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_EQ(model.graph.inputs[0].dtype, std::nullopt);
  EXPECT_EQ(model.graph.inputs[0].shape, std::vector<Dimension>{{.size = 4}});
  EXPECT_EQ(written.graph().input(0).type().SerializeAsString(), input.SerializeAsString());
  EXPECT_EQ(written.graph().output(0).type().SerializeAsString(), output.SerializeAsString());
}

TEST(ModelFileTest, KeepsDenotationsOfDimensions) {
  onnx::ModelProto proto = ReluProto();
  onnx::TypeProto& type = *proto.mutable_graph()->mutable_input(0)->mutable_type();
  type.mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  onnx::TensorShapeProto& shape = *type.mutable_tensor_type()->mutable_shape();
  shape.add_dim()->set_dim_param("batch");
  shape.mutable_dim(0)->set_denotation("DATA_BATCH");
  shape.add_dim()->set_dim_value(3);

  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_EQ(written.graph().input(0).type().SerializeAsString(), type.SerializeAsString());
}

TEST(ModelFileTest, KeepsInitializersOfTypesItDoesNotHandle) {
  onnx::ModelProto proto = ReluProto();
  onnx::TensorProto& initializer = *proto.mutable_graph()->add_initializer();
  initializer.set_name("w");
  initializer.set_data_type(onnx::TensorProto::FLOAT8E5M2);
  initializer.add_dims(2);
  initializer.set_raw_data("ab");

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_TRUE(model.graph.HasInitializer("w"));
  EXPECT_EQ(model.graph.FindInitializer("w"), nullptr);
  EXPECT_EQ(written.graph().initializer(0).SerializeAsString(), initializer.SerializeAsString());
}

TEST(ModelFileTest, KeepsSparseInitializersAndFunctions) {
  onnx::ModelProto proto = ReluProto();
  onnx::SparseTensorProto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.mutable_values()->set_name("w");
  sparse.mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
  sparse.add_dims(100);
  onnx::FunctionProto& function = *proto.add_functions();
  function.set_name("Swish");
  function.set_domain("local");
  function.add_node()->set_op_type("Sigmoid");

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_TRUE(model.graph.sparse_initializers.contains("w"));
  EXPECT_EQ(written.graph().sparse_initializer(0).SerializeAsString(), sparse.SerializeAsString());
  EXPECT_EQ(written.functions(0).SerializeAsString(), function.SerializeAsString());
}

TEST(ModelFileTest, KeepsDocStringsOfInitializers) {
  onnx::ModelProto proto = ReluProto();
  onnx::TensorProto& initializer = *proto.mutable_graph()->add_initializer();
  initializer.set_name("w");
  initializer.set_data_type(onnx::TensorProto::FLOAT);
  initializer.add_float_data(2);
  initializer.set_doc_string("scale");

  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_EQ(written.graph().initializer(0).doc_string(), "scale");
  EXPECT_EQ(written.graph().initializer(0).raw_data().size(), sizeof(float));
}

TEST(ModelFileTest, ReadsSubgraphsAsGraphs) {
  onnx::ModelProto proto = ReluProto();
  onnx::NodeProto& node = *proto.mutable_graph()->add_node();
  node.set_op_type("If");
  node.add_input("y");
  node.add_output("z");
  onnx::AttributeProto& branch = *node.add_attribute();
  branch.set_name("then_branch");
  branch.set_type(onnx::AttributeProto::GRAPH);
  branch.mutable_g()->set_name("then");
  onnx::TensorProto& weight = *branch.mutable_g()->add_initializer();
  weight.set_name("inner");
  weight.set_data_type(onnx::TensorProto::INT64);
  weight.add_int64_data(7);
  branch.mutable_g()->add_output()->set_name("inner");

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  const auto body =
      std::get<std::shared_ptr<const Graph>>(model.graph.nodes[1].attributes[0].value);
  EXPECT_THAT(body->FindInitializer("inner")->elements<std::int64_t>(), ElementsAre(7));
  EXPECT_EQ(written.graph().node(1).attribute(0).g().name(), "then");
}

TEST(ModelFileTest, StripsInitializersFromTheInputs) {
  onnx::ModelProto proto = ReluProto();
  proto.set_ir_version(3);
  proto.mutable_graph()->add_input()->set_name("w");
  onnx::TensorProto& initializer = *proto.mutable_graph()->add_initializer();
  initializer.set_name("w");
  initializer.add_dims(1);
  initializer.set_data_type(onnx::TensorProto::FLOAT);
  initializer.add_float_data(2);

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));
  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_THAT(model.graph.inputs, SizeIs(1));
  // IR version 3 has no initializers that are not inputs.
  ASSERT_EQ(written.graph().input_size(), 2);
  EXPECT_EQ(written.graph().input(1).name(), "w");
  EXPECT_EQ(written.graph().input(1).type().tensor_type().shape().dim(0).dim_value(), 1);
}

TEST(ModelFileTest, TreatsTheTwoNamesOfTheStandardDomainAsOne) {
  onnx::ModelProto proto = ReluProto();
  proto.mutable_opset_import(0)->set_domain("ai.onnx");
  proto.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");

  ASSERT_OK_AND_ASSIGN(const Model model, ParseModel(AsBytes(SerializedProto(proto))));

  EXPECT_EQ(model.OpsetVersion(), 21);
  EXPECT_EQ(model.graph.nodes[0].domain, "");
}

TEST(ModelFileTest, DropsTrainingInformation) {
  onnx::ModelProto proto = ReluProto();
  proto.add_training_info()->mutable_algorithm()->set_name("sgd");

  ASSERT_OK_AND_ASSIGN(const onnx::ModelProto written, RoundTrip(proto));

  EXPECT_EQ(written.training_info_size(), 0);
}

TEST(ModelFileTest, LeavesNothingBehindWhenItCannotWrite) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "none" / "linear.onnx";

  EXPECT_THAT(WriteModel(LinearModel(), path),
              FailsWith(ErrorCode::kNotFound, HasSubstr("linear.onnx")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace slipway::graph
