// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/files.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t kLimit = 1000;

void Put(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    std::filesystem::create_directory(inside_);
    std::filesystem::create_directory(inside_ / "sub");
    Put(inside_ / "model.onnx", "weights");
    Put(inside_ / "sub/data.bin", "more");
    Put(temporary_.path() / "secret", "secret");
  }
  Result<FileDescriptor> OpenInside(const std::filesystem::path& name) {
    return Folder::Open(inside_)->OpenFile(name);
  }

  TemporaryFolder temporary_;
  const std::filesystem::path inside_ = temporary_.path() / "inside";
};

TEST_F(FolderTest, OpensFilesInsideAndBelow) {
  EXPECT_TRUE(OpenInside("model.onnx").has_value());
  EXPECT_TRUE(OpenInside("sub/data.bin").has_value());
  EXPECT_TRUE(OpenInside("sub/../model.onnx").has_value());
}

TEST_F(FolderTest, RefusesNamesThatLeadOut) {
  const std::string absolute = (temporary_.path() / "secret").string();
  for (const std::string& name : {std::string("../secret"), std::string("sub/../../secret"),
                                  absolute, std::string("/etc/passwd"), std::string("..")}) {
    EXPECT_THAT(OpenInside(name), FailsWith(ErrorCode::kInvalidArgument, HasSubstr(name))) << name;
  }
}

TEST_F(FolderTest, RefusesSymbolicLinksAnywhereInTheName) {
  std::filesystem::create_symlink("model.onnx", inside_ / "link");
  std::filesystem::create_directory_symlink("sub", inside_ / "linked_sub");

  EXPECT_THAT(OpenInside("link"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("link")));
  EXPECT_THAT(OpenInside("linked_sub/data.bin"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("linked_sub")));
}

TEST_F(FolderTest, RefusesHardLinksAndWhatIsNoFile) {
  std::filesystem::create_hard_link(temporary_.path() / "secret", inside_ / "hard");
  ASSERT_EQ(::mkfifo((inside_ / "pipe").c_str(), 0600), 0);

  EXPECT_THAT(OpenInside("hard"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("hard link")));
  EXPECT_THAT(OpenInside("pipe"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("pipe")));
  EXPECT_THAT(OpenInside("sub"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("sub")));
}

TEST_F(FolderTest, SaysWhatIsMissing) {
  EXPECT_THAT(OpenInside("absent"), FailsWith(ErrorCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(Folder::Open(temporary_.path() / "nowhere"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("nowhere")));
}

TEST(MappedFileTest, GivesTheBytesOfTheFile) {
  const TemporaryFolder temporary;
  Put(temporary.path() / "file", "0123456789");
  ASSERT_OK_AND_ASSIGN(const FileDescriptor file, Folder::Open(temporary.path())->OpenFile("file"));

  ASSERT_OK_AND_ASSIGN(const MappedFile mapped, MappedFile::Map(file, "file", kLimit));

  EXPECT_EQ(AsText(mapped.bytes()), "0123456789");
}

TEST(MappedFileTest, RefusesAFileAboveItsLimit) {
  const TemporaryFolder temporary;
  Put(temporary.path() / "file", "0123456789");
  ASSERT_OK_AND_ASSIGN(const FileDescriptor file, Folder::Open(temporary.path())->OpenFile("file"));

  EXPECT_THAT(MappedFile::Map(file, "file", 9),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("10 bytes")));
}

TEST(ReadFileTest, ReadsWhatWasWritten) {
  const TemporaryFolder temporary;
  const std::string bytes("a\0b", 3);

  ASSERT_OK(WriteFileAtomically(temporary.path() / "file", AsBytes(bytes)));

  EXPECT_EQ(ReadFile(temporary.path() / "file", kLimit), bytes);
}

TEST(ReadFileTest, RefusesAFolderAndAFileAboveItsLimit) {
  const TemporaryFolder temporary;
  Put(temporary.path() / "file", "0123456789");

  EXPECT_THAT(ReadFile(temporary.path(), kLimit),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("regular file")));
  EXPECT_THAT(ReadFile(temporary.path() / "file", 9),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("10 bytes")));
}

TEST(WriteFileAtomicallyTest, LeavesNothingBehindWhenItFails) {
  const TemporaryFolder temporary;
  std::filesystem::create_directories(temporary.path() / "taken/full");

  // A folder that is not empty cannot be replaced by a file, so the last step fails.
  EXPECT_FALSE(WriteFileAtomically(temporary.path() / "taken", AsBytes("x")).has_value());

  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(temporary.path())) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("taken"));
}

TEST(WriteFileAtomicallyTest, NamesTheFolderThatIsMissing) {
  const TemporaryFolder temporary;

  EXPECT_THAT(WriteFileAtomically(temporary.path() / "nowhere/file", AsBytes("x")),
              FailsWith(ErrorCode::kNotFound, HasSubstr("nowhere/file")));
  EXPECT_THAT(std::filesystem::directory_iterator(temporary.path()),
              ::testing::Eq(std::filesystem::directory_iterator()));
}

}  // namespace
}  // namespace slipway
