// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_repository.h"

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class ModelRepositoryTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path(); }
  void MakeFile(const std::filesystem::path& relative, std::string_view text) {
    std::filesystem::create_directories((path() / relative).parent_path());
    ASSERT_OK(WriteFileAtomically(path() / relative, AsBytes(text)));
  }
  /// What the repository says of its only model.
  Result<RepositoryModel> OnlyModel() {
    SLIPWAY_TRY_ASSIGN(RepositoryModels models, ReadModelRepository(path()));
    if (models.size() != 1) return InternalError("{} models", models.size());
    return models.begin()->second;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ModelRepositoryTest, ServesTheLatestVersionWithoutAConfiguration) {
  MakeFile("fashion/9/model.onnx", "");
  MakeFile("fashion/10/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, OnlyModel());

  EXPECT_THAT(model.versions, ElementsAre(Pair(VersionId(10), path() / "fashion/10/model.onnx")));
}

TEST_F(ModelRepositoryTest, FollowsTheConfiguration) {
  MakeFile("fashion/config.pbtxt",
           "name: 'fashion' version_policy { all {} } default_model_filename: 'net.onnx'");
  MakeFile("fashion/1/net.onnx", "");
  MakeFile("fashion/2/net.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, OnlyModel());

  EXPECT_THAT(model.versions, ElementsAre(Pair(VersionId(1), path() / "fashion/1/net.onnx"),
                                          Pair(VersionId(2), path() / "fashion/2/net.onnx")));
}

TEST_F(ModelRepositoryTest, FindsAModelWithExternalDataInAFolderOfItsOwn) {
  MakeFile("fashion/1/model.onnx/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, OnlyModel());

  EXPECT_EQ(model.versions.at(VersionId(1)), path() / "fashion/1/model.onnx/model.onnx");
}

TEST_F(ModelRepositoryTest, SkipsWhatIsNeitherModelNorVersion) {
  MakeFile("README.md", "");
  MakeFile(".git/1/model.onnx", "");
  MakeFile("not a name/1/model.onnx", "");
  MakeFile("fashion/1/model.onnx", "");
  MakeFile("fashion/01/model.onnx", "");
  MakeFile("fashion/warmup/raw", "");
  MakeFile("fashion/2", "a file");

  ASSERT_OK_AND_ASSIGN(const RepositoryModels models, ReadModelRepository(path()));

  ASSERT_THAT(models, SizeIs(1));
  EXPECT_EQ(models.begin()->first.text(), "fashion");
  EXPECT_THAT(models.begin()->second->versions, SizeIs(1));
}

TEST_F(ModelRepositoryTest, KeepsTheReasonOfABrokenModelBesideTheOthers) {
  MakeFile("broken/config.pbtxt", "max_batch_size: 1\nnmae: 'x'");
  MakeFile("broken/1/model.onnx", "");
  MakeFile("fine/1/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModels models, ReadModelRepository(path()));

  ASSERT_THAT(models, SizeIs(2));
  EXPECT_THAT(models.begin()->second,
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("broken/config.pbtxt"), HasSubstr("line 2"))));
  EXPECT_TRUE(models.rbegin()->second.has_value());
}

TEST_F(ModelRepositoryTest, RefusesAConfigurationOfAnotherModel) {
  MakeFile("fashion/config.pbtxt", "name: 'mnist'");
  MakeFile("fashion/1/model.onnx", "");

  EXPECT_THAT(OnlyModel(), FailsWith(ErrorCode::kInvalidArgument,
                                     AllOf(HasSubstr("\"mnist\""), HasSubstr("\"fashion\""))));
}

TEST_F(ModelRepositoryTest, RefusesAConfigurationBehindASymbolicLink) {
  MakeFile("secret", "name: 'fashion'");
  MakeFile("fashion/1/model.onnx", "");
  std::filesystem::create_symlink(path() / "secret", path() / "fashion/config.pbtxt");

  EXPECT_THAT(OnlyModel(), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("config.pbtxt")));
}

TEST_F(ModelRepositoryTest, SaysWhenNoVersionIsSelected) {
  MakeFile("fashion/config.pbtxt", "version_policy { specific { versions: 3 } }");
  MakeFile("fashion/1/model.onnx", "");

  EXPECT_THAT(OnlyModel(), FailsWith(ErrorCode::kNotFound, HasSubstr("none of its 1 versions")));
}

TEST_F(ModelRepositoryTest, IsEmptyWithoutModels) {
  ASSERT_OK_AND_ASSIGN(const RepositoryModels models, ReadModelRepository(path()));

  EXPECT_THAT(models, IsEmpty());
}

TEST_F(ModelRepositoryTest, FailsWithoutItsFolder) {
  EXPECT_THAT(ReadModelRepository(path() / "absent"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace slipway::serving
