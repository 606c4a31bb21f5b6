// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_repository.h"

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/serving/testing/model_names.h"

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

std::vector<std::filesystem::path> Paths(const ModelFolders& models) {
  std::vector<std::filesystem::path> paths;
  for (const auto& [name, folder] : models) {
    EXPECT_TRUE(folder.has_value()) << name.text();
    paths.push_back(folder.value_or(""));
  }
  return paths;
}

class ModelRepositoryTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path(); }
  void MakeFile(const std::filesystem::path& relative, std::string_view text) {
    std::filesystem::create_directories((path() / relative).parent_path());
    ASSERT_OK(WriteFileAtomically(path() / relative, AsBytes(text)));
  }
  Result<ModelFolders> List() const {
    SLIPWAY_TRY_ASSIGN(const ModelRepository repository, ModelRepository::Open({path()}));
    return repository.List();
  }
  /// What the repository says of its model "fashion".
  Result<RepositoryModel> Fashion(const std::string& config_name = "") const {
    SLIPWAY_TRY_ASSIGN(const ModelRepository repository,
                       ModelRepository::Open({path()}, config_name));
    return repository.Read(kFashion);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ModelRepositoryTest, ServesTheLatestVersionWithoutAConfiguration) {
  MakeFile("fashion/9/model.onnx", "");
  MakeFile("fashion/10/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, Fashion());

  EXPECT_THAT(model.versions, ElementsAre(Pair(VersionId(10), path() / "fashion/10/model.onnx")));
}

TEST_F(ModelRepositoryTest, FollowsTheConfiguration) {
  MakeFile("fashion/config.pbtxt",
           "name: 'fashion' version_policy { all {} } default_model_filename: 'net.onnx'");
  MakeFile("fashion/1/net.onnx", "");
  MakeFile("fashion/2/net.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, Fashion());

  EXPECT_THAT(model.versions, ElementsAre(Pair(VersionId(1), path() / "fashion/1/net.onnx"),
                                          Pair(VersionId(2), path() / "fashion/2/net.onnx")));
}

TEST_F(ModelRepositoryTest, FindsAModelWithExternalDataInAFolderOfItsOwn) {
  MakeFile("fashion/1/model.onnx/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel model, Fashion());

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

  ASSERT_OK_AND_ASSIGN(const ModelFolders models, List());
  ASSERT_OK_AND_ASSIGN(const RepositoryModel fashion, Fashion());

  EXPECT_THAT(Paths(models), ElementsAre(path() / "fashion"));
  EXPECT_THAT(fashion.versions, SizeIs(1));
}

TEST_F(ModelRepositoryTest, SaysWhereAConfigurationIsBroken) {
  MakeFile("fashion/config.pbtxt", "max_batch_size: 1\nnmae: 'x'");
  MakeFile("fashion/1/model.onnx", "");

  EXPECT_THAT(Fashion(), FailsWith(ErrorCode::kInvalidArgument,
                                   AllOf(HasSubstr("fashion/config.pbtxt"), HasSubstr("line 2"))));
}

TEST_F(ModelRepositoryTest, TakesTheConfigurationThatTheServerAsksForIfThereIsOne) {
  MakeFile("fashion/config.pbtxt", "max_batch_size: 1");
  MakeFile("fashion/configs/large.pbtxt", "max_batch_size: 64");
  MakeFile("fashion/1/model.onnx", "");

  ASSERT_OK_AND_ASSIGN(const RepositoryModel large, Fashion("large"));
  ASSERT_OK_AND_ASSIGN(const RepositoryModel other, Fashion("small"));

  EXPECT_EQ(large.config.max_batch_size, 64);
  EXPECT_EQ(other.config.max_batch_size, 1);
  EXPECT_THAT(Fashion("../../etc/passwd"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("passwd")));
}

TEST_F(ModelRepositoryTest, JoinsSeveralFolders) {
  MakeFile("a/fashion/1/model.onnx", "");
  MakeFile("b/mnist/1/model.onnx", "");
  ASSERT_OK_AND_ASSIGN(const ModelRepository repository,
                       ModelRepository::Open({path() / "a", path() / "b"}));

  ASSERT_OK_AND_ASSIGN(const ModelFolders models, repository.List());

  EXPECT_THAT(Paths(models), ElementsAre(path() / "a/fashion", path() / "b/mnist"));
}

TEST_F(ModelRepositoryTest, RefusesAModelThatTwoFoldersHaveAndNamesBoth) {
  MakeFile("a/fashion/1/model.onnx", "");
  MakeFile("b/fashion/1/model.onnx", "");
  ASSERT_OK_AND_ASSIGN(const ModelRepository repository,
                       ModelRepository::Open({path() / "a", path() / "b"}));
  const auto names_both =
      FailsWith(ErrorCode::kAlreadyExists, AllOf(HasSubstr("a/fashion"), HasSubstr("b/fashion")));

  ASSERT_OK_AND_ASSIGN(const ModelFolders models, repository.List());

  ASSERT_THAT(models, SizeIs(1));
  EXPECT_THAT(models.begin()->second, names_both);
  EXPECT_THAT(repository.Read(kFashion), names_both);
}

TEST_F(ModelRepositoryTest, RefusesTheSameFolderTwice) {
  MakeFile("a/fashion/1/model.onnx", "");

  EXPECT_THAT(ModelRepository::Open({path() / "a", path() / "a/../a"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(ModelRepository::Open({}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no")));
}

TEST_F(ModelRepositoryTest, SaysWhenThereIsNoSuchModel) {
  EXPECT_THAT(Fashion(), FailsWith(ErrorCode::kNotFound, HasSubstr("\"fashion\"")));
}

TEST_F(ModelRepositoryTest, RefusesAConfigurationOfAnotherModel) {
  MakeFile("fashion/config.pbtxt", "name: 'mnist'");
  MakeFile("fashion/1/model.onnx", "");

  EXPECT_THAT(Fashion(), FailsWith(ErrorCode::kInvalidArgument,
                                   AllOf(HasSubstr("\"mnist\""), HasSubstr("\"fashion\""))));
}

TEST_F(ModelRepositoryTest, RefusesAConfigurationBehindASymbolicLink) {
  MakeFile("secret", "name: 'fashion'");
  MakeFile("fashion/1/model.onnx", "");
  std::filesystem::create_symlink(path() / "secret", path() / "fashion/config.pbtxt");

  EXPECT_THAT(Fashion(), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("config.pbtxt")));
}

TEST_F(ModelRepositoryTest, SaysWhenNoVersionIsSelected) {
  MakeFile("fashion/config.pbtxt", "version_policy { specific { versions: 3 } }");
  MakeFile("fashion/1/model.onnx", "");

  EXPECT_THAT(Fashion(), FailsWith(ErrorCode::kNotFound, HasSubstr("none of its 1 versions")));
}

TEST_F(ModelRepositoryTest, IsEmptyWithoutModels) {
  ASSERT_OK_AND_ASSIGN(const ModelFolders models, List());

  EXPECT_THAT(models, IsEmpty());
}

TEST_F(ModelRepositoryTest, FailsWithoutItsFolder) {
  EXPECT_THAT(ModelRepository::Open({path() / "absent"}),
              FailsWith(ErrorCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace slipway::serving
