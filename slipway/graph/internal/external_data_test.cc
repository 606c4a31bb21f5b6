// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/external_data.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/testing/is_invalid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

namespace slipway::graph {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

void PointTo(onnx::TensorProto& tensor, const std::map<std::string, std::string>& entries) {
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  tensor.clear_external_data();
  for (const auto& [key, value] : entries) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
}

void MakeFloats(onnx::TensorProto& tensor, const std::string& location) {
  tensor.set_name("w");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(2);
  PointTo(tensor, {{"location", location}, {"length", "8"}});
}

onnx::AttributeProto& AddAttribute(onnx::NodeProto& node,
                                   onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.set_type(type);
  return attribute;
}

onnx::NodeProto& AddNode(onnx::ModelProto& model) {
  onnx::NodeProto& node = *model.mutable_graph()->add_node();
  node.set_op_type("Anything");
  return node;
}

/// Every place of a model in which a tensor can name a file.
const std::map<std::string, std::function<onnx::TensorProto&(onnx::ModelProto&)>>& Places() {
  static const std::map<std::string, std::function<onnx::TensorProto&(onnx::ModelProto&)>> places =
      {{"initializer",
        [](auto& model) -> auto& { return *model.mutable_graph()->add_initializer(); }},
       {"sparse_values",
        [](auto& model) -> auto& {
          return *model.mutable_graph()->add_sparse_initializer()->mutable_values();
        }},
       {"sparse_indices",
        [](auto& model) -> auto& {
          onnx::SparseTensorProto& sparse = *model.mutable_graph()->add_sparse_initializer();
          sparse.mutable_values()->set_name("s");
          return *sparse.mutable_indices();
        }},
       {"attribute",
        [](auto& model) -> auto& {
          return *AddAttribute(AddNode(model), onnx::AttributeProto::TENSOR).mutable_t();
        }},
       {"attribute_list",
        [](auto& model) -> auto& {
          return *AddAttribute(AddNode(model), onnx::AttributeProto::TENSORS).add_tensors();
        }},
       {"sparse_attribute",
        [](auto& model) -> auto& {
          return *AddAttribute(AddNode(model), onnx::AttributeProto::SPARSE_TENSOR)
                      .mutable_sparse_tensor()
                      ->mutable_values();
        }},
       {"subgraph",
        [](auto& model) -> auto& {
          return *AddAttribute(AddNode(model), onnx::AttributeProto::GRAPH)
                      .mutable_g()
                      ->add_initializer();
        }},
       {"subgraph_list",
        [](auto& model) -> auto& {
          return *AddAttribute(AddNode(model), onnx::AttributeProto::GRAPHS)
                      .add_graphs()
                      ->add_initializer();
        }},
       {"function", [](auto& model) -> auto& {
          onnx::FunctionProto& function = *model.add_functions();
          function.set_name("f");
          return *AddAttribute(*function.add_node(), onnx::AttributeProto::TENSOR).mutable_t();
        }}};
  return places;
}

class ExternalDataTest : public ::testing::Test {
 protected:
  ExternalDataTest() {
    std::filesystem::create_directory(path() / "model");
    Write("outside.bin", "12345678");
    Write("model/inside.bin", "abcdefgh");
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path model_path() const { return path() / "model" / "m.onnx"; }

  void Write(const std::string& name, std::string_view text) const {
    ASSERT_OK(WriteFileAtomically(path() / name, AsBytes(text)));
  }
  /// Writes a model with a tensor at `place` that `change` has changed, and reads it.
  Result<Model> Read(const std::string& place,
                     const std::function<void(onnx::TensorProto&)>& change,
                     const ModelLimits& limits = {}) const {
    onnx::ModelProto model;
    model.set_ir_version(10);
    model.add_opset_import()->set_version(21);
    model.mutable_graph()->set_name("g");
    onnx::TensorProto& tensor = Places().at(place)(model);
    MakeFloats(tensor, "inside.bin");
    change(tensor);
    Write("model/m.onnx", model.SerializeAsString());
    return ReadModel(model_path(), limits);
  }
  Result<Model> ReadInitializer(const std::map<std::string, std::string>& entries,
                                const ModelLimits& limits = {}) const {
    return Read("initializer", [&](auto& tensor) { PointTo(tensor, entries); }, limits);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ExternalDataTest, ComesInsideWhereverItIsNamed) {
  for (const auto& [place, tensor] : Places()) {
    const Result<Model> read = Read(place, [](auto&) {});

    ASSERT_TRUE(read.has_value()) << place << ": " << ToString(read.error());
    ASSERT_OK_AND_ASSIGN(const std::string bytes, SerializeModel(*read));
    EXPECT_THAT(bytes, HasSubstr("abcdefgh")) << place;
    EXPECT_THAT(bytes, ::testing::Not(HasSubstr("inside.bin"))) << place;
  }
}

TEST_F(ExternalDataTest, NeverLeavesTheFolderOfTheModel) {
  std::filesystem::create_symlink(path() / "outside.bin", path() / "model" / "link.bin");
  std::filesystem::create_directory_symlink(path(), path() / "model" / "up");
  std::filesystem::create_hard_link(path() / "outside.bin", path() / "model" / "hard.bin");
  const std::vector<std::string> tricks = {"../outside.bin",
                                           "a/../../outside.bin",
                                           "./../outside.bin",
                                           (path() / "outside.bin").string(),
                                           (path() / "model" / "inside.bin").string(),
                                           "link.bin",
                                           "up/outside.bin",
                                           "hard.bin",
                                           "/etc/passwd",
                                           "/proc/self/cwd/inside.bin",
                                           ".",
                                           ".."};

  for (const auto& [place, tensor] : Places()) {
    for (const std::string& trick : tricks) {
      const Result<Model> read = Read(place, [&](onnx::TensorProto& tensor_of_place) {
        PointTo(tensor_of_place, {{"location", trick}, {"length", "8"}});
      });

      ASSERT_FALSE(read.has_value()) << place << " opened " << trick;
      EXPECT_THAT(read.error().code(),
                  ::testing::AnyOf(ErrorCode::kInvalidArgument, ErrorCode::kNotFound))
          << place << " with " << trick << ": " << ToString(read.error());
    }
  }
}

TEST_F(ExternalDataTest, IsNotOpenedThroughANameWithANul) {
  EXPECT_THAT(ReadInitializer({{"location", std::string("inside.bin\0.txt", 15)}}),
              IsInvalid("NUL"));
}

TEST_F(ExternalDataTest, SaysWhichFileIsMissing) {
  EXPECT_THAT(ReadInitializer({{"location", "none.bin"}}),
              FailsWith(ErrorCode::kNotFound, HasSubstr("none.bin")));
}

TEST_F(ExternalDataTest, MustLieInsideItsFile) {
  const std::vector<std::pair<std::string, std::string>> lies = {
      {"1", "8"},
      {"9", "0"},
      {"0", "9"},
      {"8", "8"},
      {"-1", "8"},
      {"0", "-8"},
      {"9223372036854775807", "8"},
      {"9223372036854775807", "9223372036854775807"},
      {"18446744073709551615", "8"},
      {"0", "18446744073709551615"},
      {"99999999999999999999", "8"},
      {"", "8"},
      {"0x0", "8"},
      {" 0", "8"},
      {"0", "8 "},
      {"1e0", "8"}};

  for (const auto& [offset, length] : lies) {
    EXPECT_THAT(
        ReadInitializer({{"location", "inside.bin"}, {"offset", offset}, {"length", length}}),
        IsInvalid("external data"))
        << offset << " " << length;
  }
}

TEST_F(ExternalDataTest, MustBeAsLongAsTheTensor) {
  EXPECT_THAT(ReadInitializer({{"location", "inside.bin"}, {"length", "4"}}),
              IsInvalid("asks for 8 bytes, its external data has 4"));
}

TEST_F(ExternalDataTest, IsAsLongAsTheTensorWhenItDoesNotSay) {
  Write("model/long.bin", "abcdefghijkl");

  ASSERT_OK_AND_ASSIGN(const Model model,
                       ReadInitializer({{"location", "long.bin"}, {"offset", "4"}}));

  EXPECT_EQ(AsText(model.graph.FindInitializer("w")->bytes()), "efghijkl");
}

TEST_F(ExternalDataTest, MayNotRunPastTheEndWhenItDoesNotSayHowLongItIs) {
  EXPECT_THAT(ReadInitializer({{"location", "inside.bin"}, {"offset", "1"}}),
              IsInvalid("runs past the 8 bytes"));
}

TEST_F(ExternalDataTest, HasOnlyTheKeysOfTheSpecification) {
  ASSERT_OK(ReadInitializer({{"location", "inside.bin"}, {"checksum", "da39a3"}}));
  EXPECT_THAT(ReadInitializer({{"location", "inside.bin"}, {"__class__", "x"}}),
              IsInvalid("the key \"__class__\""));
  EXPECT_THAT(ReadInitializer({{"offset", "0"}}), IsInvalid("no location"));
}

TEST_F(ExternalDataTest, CountsTowardsTheBytesOfTheModel) {
  Write("model/big.bin", std::string(1000, 'x'));

  EXPECT_THAT(ReadInitializer({{"location", "big.bin"}}, {.max_total_bytes = 1000}),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("at most")));
}

TEST_F(ExternalDataTest, CannotBeMultipliedByManyTensors) {
  onnx::ModelProto model;
  model.set_ir_version(10);
  for (int i = 0; i < 1000; ++i) {
    onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
    MakeFloats(tensor, "big.bin");
    tensor.set_name(std::to_string(i));
    tensor.set_dims(0, 1 << 18);
    PointTo(tensor, {{"location", "big.bin"}, {"length", "1048576"}});
  }
  Write("model/big.bin", std::string(1U << 20U, 'x'));
  Write("model/m.onnx", model.SerializeAsString());

  EXPECT_THAT(ReadModel(model_path(), {.max_total_bytes = std::uint64_t{16} << 20U}),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("16777216 bytes")));
}

TEST_F(ExternalDataTest, IsBoundedInTheNumberOfFiles) {
  EXPECT_THAT(ReadInitializer({{"location", "inside.bin"}}, {.max_external_files = 0}),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("more than 0 files")));
}

TEST_F(ExternalDataTest, IsNotAtHandForAModelReadFromBytes) {
  onnx::ModelProto model;
  model.set_ir_version(10);
  MakeFloats(*model.mutable_graph()->add_initializer(), "inside.bin");

  EXPECT_THAT(ParseModel(AsBytes(model.SerializeAsString())), IsInvalid("not at hand"));
}

}  // namespace
}  // namespace slipway::graph
