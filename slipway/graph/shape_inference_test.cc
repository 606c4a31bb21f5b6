// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/shape_inference.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::graph {
namespace {

using Shapes = std::vector<std::string>;

/// "[n,3,?]": sizes, names, and ? for what is not known.
std::string Format(const std::optional<std::vector<Dimension>>& shape) {
  if (!shape) return "?";
  std::vector<std::string> texts;
  for (const Dimension& dimension : *shape) {
    texts.push_back(dimension.size            ? std::to_string(*dimension.size)
                    : !dimension.name.empty() ? dimension.name
                                              : "?");
  }
  return fmt::format("[{}]", fmt::join(texts, ","));
}

/// The reverse of `Format`.
std::optional<std::vector<Dimension>> Parse(std::string_view text) {
  if (text == "?") return std::nullopt;
  std::vector<Dimension> shape;
  std::string entry;
  for (const char c : text.substr(1)) {
    if (c != ',' && c != ']') {
      entry.push_back(c);
      continue;
    }
    if (entry.empty()) break;
    const bool is_size = entry.front() >= '0' && entry.front() <= '9';
    shape.push_back(is_size ? Dimension{.size = std::stoll(entry)}
                            : Dimension{.name = entry == "?" ? "" : entry});
    entry.clear();
  }
  return shape;
}

Attribute Int(std::string name, std::int64_t value) {
  return {.name = std::move(name), .value = value};
}
Attribute Ints(std::string name, std::vector<std::int64_t> values) {
  return {.name = std::move(name), .value = std::move(values)};
}
Attribute Text(std::string name, std::string value) {
  return {.name = std::move(name), .value = std::move(value)};
}

ConstantTensor Int64s(std::vector<std::int64_t> elements) {
  return std::make_shared<const Tensor>(Tensor::Of<std::int64_t>({std::ssize(elements)}, elements));
}
ConstantTensor Int64(std::int64_t element) {
  return std::make_shared<const Tensor>(Tensor::Of<std::int64_t>({}, std::vector{element}));
}

/// A model of one node, whose inputs are a, b, ... with these shapes.
struct OneNode {
  std::string op_type = {};
  Shapes inputs = {};
  std::vector<Attribute> attributes = {};
  std::size_t outputs = 1;
  std::map<std::string, ConstantTensor, std::less<>> constants = {};
  std::int64_t opset = 17;
  DataType dtype = DataType::kFloat32;
  std::string domain = "";
};

Model ModelOf(const OneNode& options) {
  Model model{.opsets = {{"", options.opset}, {"com.microsoft", 1}}};
  Node node{.op_type = options.op_type, .domain = options.domain, .attributes = options.attributes};
  for (std::size_t i = 0; i < options.inputs.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    const std::string& shape = options.inputs[i];
    node.inputs.push_back(shape == "none" ? "" : name);
    if (shape == "none" || shape == "constant") continue;
    model.graph.inputs.push_back({.name = name, .dtype = options.dtype, .shape = Parse(shape)});
  }
  for (std::size_t i = 0; i < options.outputs; ++i) {
    node.outputs.push_back(fmt::format("y{}", i));
  }
  model.graph.nodes.push_back(std::move(node));
  model.graph.initializers = options.constants;
  return model;
}

/// The inferred shapes of the outputs of one node.
Shapes Infer(const OneNode& options) {
  const ValueTable table = InferValues(ModelOf(options));
  Shapes shapes;
  for (std::size_t i = 0; i < options.outputs; ++i) {
    const auto found = table.find(fmt::format("y{}", i));
    shapes.push_back(found == table.end() ? "?" : Format(found->second.shape));
  }
  return shapes;
}

std::optional<DataType> InferType(const OneNode& options) {
  const ValueTable table = InferValues(ModelOf(options));
  const auto found = table.find("y0");
  return found == table.end() ? std::nullopt : found->second.dtype;
}

/// One case of a table of shapes.
struct ShapeCase {
  OneNode node;
  Shapes outputs;
};

void ExpectShapes(const std::vector<ShapeCase>& cases) {
  for (const ShapeCase& expected : cases) {
    EXPECT_EQ(Infer(expected.node), expected.outputs)
        << expected.node.op_type << " of " << fmt::format("{}", expected.node.inputs);
  }
}

TEST(ShapeInferenceTest, StretchesElementwiseOperands) {
  ExpectShapes({
      {{"Add", {"[n,3,4]", "[4]"}}, {"[n,3,4]"}},
      {{"Add", {"[n,1]", "[5]"}}, {"[n,5]"}},
      {{"Mul", {"[n,4]", "[m,4]"}}, {"[?,4]"}},
      {{"Mul", {"[n,4]", "[8,4]"}}, {"[8,4]"}},
      {{"Sum", {"[2,1]", "[1,3]", "[]"}}, {"[2,3]"}},
      {{"Where", {"[2,1]", "[3]", "[]"}}, {"[2,3]"}},
      {{"Add", {"[n]", "?"}}, {"?"}},
      {{"Relu", {"[n,4]"}}, {"[n,4]"}},
      {{"Dropout", {"[n,4]"}, {}, 2}, {"[n,4]", "[n,4]"}},
      {{"Gelu", {"[n,4]"}, {}, 1, {}, 17, DataType::kFloat32, "com.microsoft"}, {"[n,4]"}},
  });
}

TEST(ShapeInferenceTest, KnowsTheTypesOfResults) {
  EXPECT_EQ(InferType({"Relu", {"[n]"}}), DataType::kFloat32);
  EXPECT_EQ(InferType({"Less", {"[n]", "[n]"}}), DataType::kBool);
  EXPECT_EQ(InferType({"Cast", {"[n]"}, {Int("to", 7)}}), DataType::kInt64);
  EXPECT_EQ(InferType({"Cast", {"[n]"}, {Int("to", 17)}}), std::nullopt);
  EXPECT_EQ(InferType({"ArgMax", {"[n]"}}), DataType::kInt64);
  EXPECT_EQ(InferType({"QuantizeLinear", {"[n]", "[]"}}), DataType::kUint8);
  EXPECT_EQ(InferType({"MatMulInteger", {"[2,3]", "[3,4]"}}), DataType::kInt32);
}

TEST(ShapeInferenceTest, SlidesWindows) {
  const Attribute kernel = Ints("kernel_shape", {3, 3});
  ExpectShapes({
      {{"Conv", {"[n,1,28,28]", "[8,1,3,3]"}}, {"[n,8,26,26]"}},
      {{"Conv", {"[n,1,28,28]", "[8,1,3,3]"}, {Ints("pads", {1, 1, 1, 1})}}, {"[n,8,28,28]"}},
      {{"Conv", {"[n,1,28,28]", "[8,1,3,3]"}, {Ints("strides", {2, 2})}}, {"[n,8,13,13]"}},
      {{"Conv", {"[n,1,28,28]", "[8,1,3,3]"}, {Ints("dilations", {2, 2})}}, {"[n,8,24,24]"}},
      {{"Conv",
        {"[n,1,27,27]", "[8,1,3,3]"},
        {Text("auto_pad", "SAME_UPPER"), Ints("strides", {2, 2})}},
       {"[n,8,14,14]"}},
      {{"Conv", {"[n,1,l]", "[8,1,3]"}}, {"[n,8,?]"}},
      {{"Conv", {"[n,1,2,2]", "[8,1,3,3]"}}, {"[n,8,?,?]"}},
      {{"ConvInteger", {"[n,1,28,28]", "[8,1,3,3]"}}, {"[n,8,26,26]"}},
      {{"MaxPool", {"[n,8,7,7]"}, {kernel, Ints("strides", {2, 2})}, 2},
       {"[n,8,3,3]", "[n,8,3,3]"}},
      {{"MaxPool", {"[n,8,8,8]"}, {kernel, Ints("strides", {2, 2}), Int("ceil_mode", 1)}},
       {"[n,8,4,4]"}},
      {{"AveragePool",
        {"[1,1,2,2]"},
        {Ints("kernel_shape", {1, 1}), Ints("strides", {2, 2}), Int("ceil_mode", 1)}},
       {"[1,1,1,1]"}},
      {{"GlobalAveragePool", {"[n,8,7,7]"}}, {"[n,8,1,1]"}},
      {{"ConvTranspose", {"[n,8,4,4]", "[8,2,3,3]"}, {Ints("strides", {2, 2}), Int("group", 2)}},
       {"[n,4,9,9]"}},
  });
}

TEST(ShapeInferenceTest, MultipliesMatrices) {
  ExpectShapes({
      {{"MatMul", {"[n,12,s,64]", "[n,12,64,s]"}}, {"[n,12,s,s]"}},
      {{"MatMul", {"[n,s,64]", "[64,10]"}}, {"[n,s,10]"}},
      {{"MatMul", {"[64]", "[64,10]"}}, {"[10]"}},
      {{"MatMul", {"[10,64]", "[64]"}}, {"[10]"}},
      {{"MatMul", {"[64]", "[64]"}}, {"[]"}},
      {{"MatMul", {"[]", "[64]"}}, {"?"}},
      {{"Gemm", {"[n,64]", "[10,64]", "[10]"}, {Int("transB", 1)}}, {"[n,10]"}},
      {{"Gemm", {"[64,n]", "[64,10]"}, {Int("transA", 1)}}, {"[n,10]"}},
      {{"MatMulNBits",
        {"[n,s,64]", "[10,4,8]"},
        {Int("N", 10), Int("K", 64)},
        1,
        {},
        17,
        DataType::kFloat32,
        "com.microsoft"},
       {"[n,s,10]"}},
      {{"CodebookMatMul",
        {"[n,s,64]", "[320]", "[16]"},
        {Int("N", 10), Int("K", 64)},
        1,
        {},
        17,
        DataType::kFloat32,
        "ai.slipway"},
       {"[n,s,10]"}},
  });
}

TEST(ShapeInferenceTest, Normalizes) {
  ExpectShapes({
      {{"BatchNormalization", {"[n,8,4,4]", "[8]", "[8]", "[8]", "[8]"}}, {"[n,8,4,4]"}},
      {{"LayerNormalization", {"[n,s,64]", "[64]"}, {}, 3}, {"[n,s,64]", "[n,s,1]", "[n,s,1]"}},
      {{"Softmax", {"[n,10]"}}, {"[n,10]"}},
  });
}

TEST(ShapeInferenceTest, Reduces) {
  ExpectShapes({
      {{"ReduceMean", {"[n,8,4,4]"}, {Ints("axes", {-1, -2})}}, {"[n,8,1,1]"}},
      {{"ReduceMean", {"[n,8,4,4]"}, {Ints("axes", {2, 3}), Int("keepdims", 0)}}, {"[n,8]"}},
      {{"ReduceSum", {"[n,8]", "constant"}, {}, 1, {{"b", Int64s({1})}}}, {"[n,1]"}},
      {{"ReduceSum", {"[n,8]", "[1]"}}, {"[?,?]"}},
      {{"ReduceMax", {"[n,8]"}}, {"[1,1]"}},
      {{"ReduceMax", {"[n,8]"}, {Int("keepdims", 0)}}, {"[]"}},
      {{"ReduceMax", {"[n,8]"}, {Ints("axes", {7})}}, {"?"}},
      {{"ReduceSum", {"[n,8]"}, {Int("noop_with_empty_axes", 1)}}, {"[n,8]"}},
      {{"ArgMax", {"[n,8]"}, {Int("axis", 1), Int("keepdims", 0)}}, {"[n]"}},
      {{"TopK", {"[n,8]", "constant"}, {}, 2, {{"b", Int64s({3})}}}, {"[n,3]", "[n,3]"}},
  });
}

TEST(ShapeInferenceTest, Reshapes) {
  const auto reshape = [](Shapes inputs, std::vector<std::int64_t> to) {
    return OneNode{"Reshape", std::move(inputs), {}, 1, {{"b", Int64s(std::move(to))}}};
  };
  ExpectShapes({
      {reshape({"[n,16,4,4]", "constant"}, {-1, 256}), {"[n,256]"}},
      {reshape({"[n,16,4,4]", "constant"}, {0, -1}), {"[n,256]"}},
      {reshape({"[6,4]", "constant"}, {2, -1, 4}), {"[2,3,4]"}},
      {reshape({"[n,s,64]", "constant"}, {0, 0, 8, 8}), {"[n,s,8,8]"}},
      {reshape({"[n,s,64]", "constant"}, {-1, 64}), {"[?,64]"}},
      {reshape({"?", "constant"}, {-1, 64}), {"[?,64]"}},
      {reshape({"[7]", "constant"}, {2, -1}), {"[2,?]"}},
      {{"Flatten", {"[n,16,4,4]"}}, {"[n,256]"}},
      {{"Flatten", {"[2,3,4]"}, {Int("axis", -1)}}, {"[6,4]"}},
      {{"Flatten", {"[2,3]"}, {Int("axis", 0)}}, {"[1,6]"}},
      {{"Transpose", {"[n,s,h]"}, {Ints("perm", {0, 2, 1})}}, {"[n,h,s]"}},
      {{"Transpose", {"[n,s]"}}, {"[s,n]"}},
      {{"Transpose", {"[n,s]"}, {Ints("perm", {0, 5})}}, {"?"}},
      {{"Squeeze", {"[n,1,4,1]"}, {Ints("axes", {1, -1})}, 1, {}, 11}, {"[n,4]"}},
      {{"Squeeze", {"[2,1]"}}, {"[2]"}},
      {{"Squeeze", {"[n,1]"}}, {"?"}},
      {{"Unsqueeze", {"[n,4]", "constant"}, {}, 1, {{"b", Int64s({0, 3})}}}, {"[1,n,4,1]"}},
      {{"Unsqueeze", {"[n]", "constant"}, {}, 1, {{"b", Int64s({5})}}}, {"?"}},
      {{"Expand", {"[n,1]", "constant"}, {}, 1, {{"b", Int64s({1, 5})}}}, {"[n,5]"}},
      {{"Tile", {"[n,2]", "constant"}, {}, 1, {{"b", Int64s({1, 3})}}}, {"[n,6]"}},
      {{"DepthToSpace", {"[n,8,2,3]"}, {Int("blocksize", 2)}}, {"[n,2,4,6]"}},
      {{"SpaceToDepth", {"[n,2,4,6]"}, {Int("blocksize", 2)}}, {"[n,8,2,3]"}},
  });
}

TEST(ShapeInferenceTest, JoinsCutsAndPicks) {
  ExpectShapes({
      {{"Concat", {"[n,3]", "[n,4]"}, {Int("axis", 1)}}, {"[n,7]"}},
      {{"Concat", {"[n,3]", "[n,m]"}, {Int("axis", 1)}}, {"[n,?]"}},
      {{"Split", {"[n,7]"}, {Int("axis", 1)}, 2}, {"[n,4]", "[n,3]"}},
      {{"Split", {"[n,7]"}, {Int("axis", 1), Ints("split", {2, 5})}, 2, {}, 11},
       {"[n,2]", "[n,5]"}},
      {{"Slice", {"[n,9]"}, {Ints("axes", {1}), Ints("starts", {1}), Ints("ends", {-1})}, 1, {}, 9},
       {"[n,7]"}},
      {{"Slice",
        {"[9]", "constant", "constant", "constant", "constant"},
        {},
        1,
        {{"b", Int64s({-1})},
         {"c", Int64s({std::numeric_limits<std::int64_t>::min()})},
         {"d", Int64s({0})},
         {"e", Int64s({-2})}}},
       {"[5]"}},
      {{"Slice", {"[n,9]", "[1]", "[1]"}}, {"[?,?]"}},
      {{"Gather", {"[v,64]", "[n,s]"}}, {"[n,s,64]"}},
      {{"Gather", {"[n,s,64]", "[]"}, {Int("axis", 1)}}, {"[n,64]"}},
      {{"GatherElements", {"[n,9]", "[n,2]"}}, {"[n,2]"}},
      {{"GatherND", {"[n,9,4]", "[5,2]"}}, {"[5,4]"}},
      {{"Pad", {"[n,3]", "constant"}, {}, 1, {{"b", Int64s({0, 1, 0, 2})}}}, {"[n,6]"}},
      {{"Resize", {"[n,3,4,4]", "none", "none", "constant"}, {}, 1, {{"d", Int64s({1, 3, 8, 8})}}},
       {"[1,3,8,8]"}},
  });
}

TEST(ShapeInferenceTest, MakesConstantsAndSequences) {
  ExpectShapes({
      {{"Constant", {}, {Ints("value_ints", {1, 2, 3})}}, {"[3]"}},
      {{"Constant", {}, {{.name = "value", .value = Int64s({1, 2})}}}, {"[2]"}},
      {{"ConstantOfShape", {"constant"}, {}, 1, {{"a", Int64s({2, 3})}}}, {"[2,3]"}},
      {{"Shape", {"[n,3,?]"}}, {"[3]"}},
      {{"Size", {"[n,3]"}}, {"[]"}},
      {{"Range",
        {"constant", "constant", "constant"},
        {},
        1,
        {{"a", Int64(2)}, {"b", Int64(7)}, {"c", Int64(1)}}},
       {"[5]"}},
      {{"NonZero", {"[n,3]"}}, {"[2,?]"}},
      {{"OneHot", {"[n]", "constant", "[2]"}, {}, 1, {{"b", Int64(10)}}}, {"[n,10]"}},
  });
}

TEST(ShapeInferenceTest, FollowsQuantization) {
  ExpectShapes({
      {{"QuantizeLinear", {"[n,3]", "[]", "[]"}}, {"[n,3]"}},
      {{"DequantizeLinear", {"[n,3]", "[]", "[]"}}, {"[n,3]"}},
      {{"DynamicQuantizeLinear", {"[n,3]"}, {}, 3}, {"[n,3]", "[]", "[]"}},
      {{"QLinearConv", {"[n,1,8,8]", "[]", "[]", "[4,1,3,3]", "[]", "[]", "[]", "[]"}},
       {"[n,4,6,6]"}},
      {{"QLinearMatMul", {"[n,3]", "[]", "[]", "[3,4]", "[]", "[]", "[]", "[]"}}, {"[n,4]"}},
  });
}

TEST(ShapeInferenceTest, FollowsRecurrentLayers) {
  ExpectShapes({{{"LSTM",
                  {"[t,n,8]", "[2,64,8]", "[2,64,16]"},
                  {Int("hidden_size", 16), Text("direction", "bidirectional")},
                  3},
                 {"[t,2,n,16]", "[2,n,16]", "[2,n,16]"}}});
}

/// The way PyTorch exports `x.view(x.size(0), -1, 8)`.
TEST(ShapeInferenceTest, FollowsComputationsOnShapes) {
  Model model = ModelOf({"Shape", {"[n,16,4]"}});
  Graph& graph = model.graph;
  graph.initializers = {
      {"zero", Int64(0)}, {"axis", Int64s({0})}, {"open", Int64s({-1})}, {"eight", Int64s({8})}};
  graph.nodes.push_back(
      {.op_type = "Gather", .inputs = {"y0", "zero"}, .outputs = {"size"}, .attributes = {}});
  graph.nodes.push_back({.op_type = "Unsqueeze", .inputs = {"size", "axis"}, .outputs = {"row"}});
  graph.nodes.push_back({.op_type = "Concat",
                         .inputs = {"row", "open", "eight"},
                         .outputs = {"shape"},
                         .attributes = {Int("axis", 0)}});
  graph.nodes.push_back({.op_type = "Reshape", .inputs = {"a", "shape"}, .outputs = {"view"}});

  const ValueTable table = InferValues(model);

  EXPECT_EQ(Format(table.at("view").shape), "[n,8,8]");
}

TEST(ShapeInferenceTest, FollowsArithmeticOnShapes) {
  Model model = ModelOf({"Shape", {"[n,16,4]"}});
  Graph& graph = model.graph;
  graph.initializers = {{"one", Int64s({1})},
                        {"three", Int64s({3})},
                        {"two", Int64s({2})},
                        {"axes", Int64s({0})},
                        {"shape", Int64s({1})}};
  graph.nodes.push_back(
      {.op_type = "Slice", .inputs = {"y0", "one", "three", "axes"}, .outputs = {"tail"}});
  graph.nodes.push_back({.op_type = "Div", .inputs = {"tail", "two"}, .outputs = {"half"}});
  graph.nodes.push_back({.op_type = "ConstantOfShape", .inputs = {"half"}, .outputs = {"zeros"}});

  const ValueTable table = InferValues(model);

  EXPECT_EQ(Format(table.at("zeros").shape), "[8,2]");
}

TEST(ShapeInferenceTest, LeavesUnknownOperatorsUnknown) {
  EXPECT_EQ(Infer({"Mystery", {"[n,3]"}, {}, 2}), (Shapes{"?", "?"}));
}

TEST(ShapeInferenceTest, TakesTheFilesWordForWhatItCannotInfer) {
  Model model = ModelOf({"Mystery", {"[n,3]"}});
  model.graph.outputs = {{.name = "y0", .dtype = DataType::kInt8, .shape = Parse("[n,7]")}};
  model.graph.nodes.push_back({.op_type = "Relu", .inputs = {"y0"}, .outputs = {"z"}});

  const ValueTable table = InferValues(model);

  EXPECT_EQ(Format(table.at("z").shape), "[n,7]");
  EXPECT_EQ(table.at("z").dtype, DataType::kInt8);
}

TEST(ShapeInferenceTest, PutsABatchInPlaceOfAFreeFirstDimension) {
  Model model = ModelOf({"Relu", {"[n,3]", "[?,n]"}});
  model.graph.nodes.push_back({.op_type = "Mystery", .inputs = {"y0"}, .outputs = {"z"}});
  model.graph.values = {{.name = "z", .shape = Parse("[n,5]")}};

  const ValueTable table = InferValues(model, {.batch = 4});

  EXPECT_EQ(Format(table.at("y0").shape), "[4,3]");
  EXPECT_EQ(Format(table.at("b").shape), "[4,4]");
  EXPECT_EQ(Format(table.at("z").shape), "[4,5]");
}

TEST(ShapeInferenceTest, SurvivesSizesThatCannotBe) {
  ExpectShapes({
      {{"Conv", {"[1,1,9223372036854775807]", "[1,1,3]"}}, {"[1,1,?]"}},
      {{"Conv", {"[1,1,8]", "[1,1,3]"}, {Ints("pads", {1LL << 62, 1LL << 62})}}, {"[1,1,?]"}},
      {{"MaxPool", {"[1,1,8]"}, {Ints("kernel_shape", {0})}}, {"[1,1,?]"}},
      {{"MaxPool", {"[1,1,8]"}, {Ints("kernel_shape", {2}), Ints("strides", {0})}}, {"[1,1,?]"}},
      {{"Flatten", {"[1099511627776,1099511627776]"}, {Int("axis", 0)}}, {"[1,?]"}},
      {{"Transpose", {"[2]"}, {Ints("perm", {-9})}}, {"?"}},
      {{"Tile", {"[3]", "constant"}, {}, 1, {{"b", Int64s({1LL << 62})}}}, {"[?]"}},
  });
}

TEST(ShapeInferenceTest, WritesWhatItFindsIntoTheModel) {
  Model model = ModelOf({"Relu", {"[n,3]"}});
  model.graph.nodes.push_back({.op_type = "Relu", .inputs = {"y0"}, .outputs = {"z"}});
  model.graph.outputs = {{.name = "z"}};

  AnnotateValues(model);

  EXPECT_EQ(Format(model.graph.outputs[0].shape), "[n,3]");
  ASSERT_EQ(model.graph.values.size(), 1U);
  EXPECT_EQ(model.graph.values[0].name, "y0");
  EXPECT_EQ(model.graph.values[0].dtype, DataType::kFloat32);
}

}  // namespace
}  // namespace slipway::graph
