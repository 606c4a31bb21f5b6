// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/model_stamp.h"

#include "slipway/base/bytes.h"
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

class ModelStampTest : public ::testing::Test {
 protected:
  void SetUp() override {
    MakeFile("config.pbtxt", "");
    MakeFile("1/model.onnx", "one");
    MakeFile("2/model.onnx/model.onnx", "two");
  }
  void MakeFile(const std::filesystem::path& relative, std::string_view bytes) {
    std::filesystem::create_directories((folder_.path() / relative).parent_path());
    ASSERT_OK(WriteFileAtomically(folder_.path() / relative, AsBytes(bytes)));
  }
  ModelStamp Stamp() const { return StampOf(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(ModelStampTest, StaysWhileNothingChanges) {
  const ModelStamp before = Stamp();

  MakeFile("1/.model.onnx.part", "being written");

  EXPECT_EQ(Stamp(), before);
}

TEST_F(ModelStampTest, ChangesForTheVersionWhoseFilesChange) {
  const ModelStamp before = Stamp();

  MakeFile("2/model.onnx/model.onnx", "owt");

  const ModelStamp after = Stamp();
  EXPECT_EQ(after.OfVersion(VersionId(1)), before.OfVersion(VersionId(1)));
  EXPECT_NE(after.OfVersion(VersionId(2)), before.OfVersion(VersionId(2)));
}

TEST_F(ModelStampTest, ChangesForEveryVersionWithTheConfiguration) {
  const ModelStamp before = Stamp();

  MakeFile("config.pbtxt", "max_batch_size: 1");

  const ModelStamp after = Stamp();
  EXPECT_NE(after.OfVersion(VersionId(1)), before.OfVersion(VersionId(1)));
  EXPECT_NE(after.OfVersion(VersionId(2)), before.OfVersion(VersionId(2)));
}

TEST_F(ModelStampTest, ChangesWithNewAndRemovedVersions) {
  const ModelStamp before = Stamp();
  MakeFile("3/model.onnx", "three");
  const ModelStamp with = Stamp();
  EXPECT_NE(with, before);

  std::filesystem::remove_all(folder_.path() / "3");

  EXPECT_EQ(Stamp(), before);
}

TEST_F(ModelStampTest, IsEmptyWithoutAFolder) {
  EXPECT_EQ(StampOf(folder_.path() / "none"), ModelStamp());
}

}  // namespace
}  // namespace slipway::serving
