// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/labelled_data.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/dataset/testing/idx_bytes.h"

#include <string>

namespace slipway::dataset {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using std::string_literals::operator""s;

constexpr std::uint8_t kUint8Type = 0x08;
constexpr std::string_view kFashion = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";

class LabelledDataTest : public ::testing::Test {
 protected:
  /// Writes `bytes` to a file called `name` and returns its path.
  std::filesystem::path Write(std::string_view name, std::string_view bytes) const {
    const std::filesystem::path path = folder_.path() / name;
    SLIPWAY_CHECK(WriteFileAtomically(path, AsBytes(bytes)));
    return path;
  }
  /// Writes three images of one row and two columns.
  std::filesystem::path WriteImages(std::string_view name) const {
    return Write(name, IdxBytes(kUint8Type, {3, 1, 2}, "abcdef"));
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(LabelledDataTest, FindsLabelsBesideTheImages) {
  const auto images = WriteImages("train-images-idx3-ubyte");
  const auto labels = Write("train-labels-idx1-ubyte", IdxBytes(kUint8Type, {3}, "\x05\x00\xff"s));

  ASSERT_OK_AND_ASSIGN(const LabelledData data, LoadLabelledData(images));

  EXPECT_EQ(data.samples->sample_count(), 3);
  EXPECT_EQ(data.samples->sample_shape(), Shape({1, 2}));
  EXPECT_THAT(data.labels, ElementsAre(5, 0, 255));
  EXPECT_EQ(data.labels_path, labels);
}

TEST_F(LabelledDataTest, FindsLabelsThatAreCompressedOtherwise) {
  const auto images = WriteImages("t10k-images.idx3-ubyte");
  Write("t10k-labels.idx1-ubyte.gz", Gzip(IdxBytes(kUint8Type, {3}, "\1\2\3")));

  ASSERT_OK_AND_ASSIGN(const LabelledData data, LoadLabelledData(images));

  EXPECT_THAT(data.labels, ElementsAre(1, 2, 3));
}

TEST_F(LabelledDataTest, TakesTheLabelsThatAreNamed) {
  const auto images = WriteImages("train-images-idx3-ubyte");
  Write("train-labels-idx1-ubyte", IdxBytes(kUint8Type, {3}, "\1\1\1"));
  const auto named = Write("mine", IdxBytes(0x0b, {3}, "\xff\xff\0\1\1\0"s));

  ASSERT_OK_AND_ASSIGN(const LabelledData data, LoadLabelledData(images, named));

  EXPECT_THAT(data.labels, ElementsAre(-1, 1, 256));
}

TEST_F(LabelledDataTest, HasNoLabelsWhereThereAreNone) {
  ASSERT_OK_AND_ASSIGN(const LabelledData data,
                       LoadLabelledData(WriteImages("train-images-idx3-ubyte")));
  ASSERT_OK_AND_ASSIGN(const LabelledData unusual, LoadLabelledData(WriteImages("pictures")));

  EXPECT_THAT(data.labels, IsEmpty());
  EXPECT_THAT(data.labels_candidates, ElementsAre(folder() / "train-labels-idx1-ubyte",
                                                  folder() / "train-labels-idx1-ubyte.gz"));
  EXPECT_THAT(unusual.labels_candidates, IsEmpty());
}

TEST_F(LabelledDataTest, SaysWhatIsMissing) {
  const auto images = WriteImages("train-images-idx3-ubyte");

  EXPECT_THAT(LoadLabelledData(folder() / "none"),
              FailsWith(ErrorCode::kNotFound, HasSubstr((folder() / "none").string())));
  EXPECT_THAT(LoadLabelledData(images, folder() / "none"),
              FailsWith(ErrorCode::kNotFound,
                        AllOf(HasSubstr("labels of"), HasSubstr((folder() / "none").string()))));
}

TEST_F(LabelledDataTest, RefusesLabelsThatDoNotBelong) {
  const auto images = WriteImages("images");
  const auto fewer = Write("fewer", IdxBytes(kUint8Type, {2}, "\1\2"));
  const auto floats = Write("floats", IdxBytes(0x0d, {3}, "123412341234"));

  EXPECT_THAT(
      LoadLabelledData(images, fewer),
      FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("3 images"), HasSubstr("2 labels"))));
  EXPECT_THAT(LoadLabelledData(images, floats),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("whole numbers, got float32")));
  EXPECT_THAT(LoadLabelledData(images, images),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("shape [n], got [3,1,2]")));
}

TEST_F(LabelledDataTest, LoadsFashionMnistWhereItIsInstalled) {
  if (!std::filesystem::exists(kFashion)) GTEST_SKIP() << kFashion << " is not installed";

  ASSERT_OK_AND_ASSIGN(const LabelledData data, LoadLabelledData(kFashion));

  EXPECT_EQ(data.samples->sample_count(), 10'000);
  EXPECT_EQ(data.samples->sample_shape(), Shape({28, 28}));
  EXPECT_EQ(data.labels.size(), 10'000);
  EXPECT_EQ(data.labels[0], 9);
}

}  // namespace
}  // namespace slipway::dataset
