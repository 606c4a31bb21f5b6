// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/trace_files.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

class TraceFilesTest : public ::testing::Test {
 protected:
  TraceSetting Setting(const std::string& file, std::uint64_t log_frequency = 0) {
    return {.file = (folder_.path() / file).string(), .log_frequency = log_frequency};
  }
  std::string Text(const std::string& file) {
    return ReadFile(folder_.path() / file, 1U << 20U).value_or("no such file");
  }

  TemporaryFolder folder_;
  TraceFiles files_;
};

TEST_F(TraceFilesTest, IsAWholeArrayAfterEachTrace) {
  ASSERT_OK(files_.Append(Setting("t"), R"({"id":1})"));
  EXPECT_EQ(Text("t"), "[{\"id\":1}]\n");

  ASSERT_OK(files_.Append(Setting("t"), R"({"id":2})"));
  EXPECT_EQ(Text("t"), "[{\"id\":1},\n{\"id\":2}]\n");
}

TEST_F(TraceFilesTest, ReplacesWhatAnEarlierServerLeft) {
  ASSERT_OK(WriteFileAtomically(folder_.path() / "t", AsBytes("[{},{},{},{},{},{},{}]")));

  ASSERT_OK(files_.Append(Setting("t"), "{}"));

  EXPECT_EQ(Text("t"), "[{}]\n");
}

TEST_F(TraceFilesTest, BeginsANewFileAfterSoManyTraces) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(files_.Append(Setting("t", 2), std::to_string(i)));

  EXPECT_EQ(Text("t.0"), "[0,\n1]\n");
  EXPECT_EQ(Text("t.1"), "[2,\n3]\n");
  EXPECT_EQ(Text("t.2"), "[4]\n");
}

TEST_F(TraceFilesTest, CountsFromZeroForAnotherName) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(files_.Append(Setting("t", 1), std::to_string(i)));

  ASSERT_OK(files_.Append(Setting("u", 1), "7"));

  EXPECT_EQ(Text("u.0"), "[7]\n");
}

TEST_F(TraceFilesTest, SaysWhichFileCannotBeOpened) {
  EXPECT_THAT(files_.Append(Setting("no/such/folder"), "{}"),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("no/such/folder")));
}

}  // namespace
}  // namespace slipway::serving
