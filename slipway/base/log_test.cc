// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace slipway {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { ChangeLogSettings(before_); }

  /// What is written to standard error for a line at each level.
  static std::string WriteAll() {
    ::testing::internal::CaptureStderr();
    WriteLog(LogLevel::kDebug, "a detail");
    LogInfo("some {}", "news");
    LogWarning("a warning");
    LogError("an error");
    return ::testing::internal::GetCapturedStderr();
  }

  const LogSettings before_ = CurrentLogSettings();
};

TEST_F(LogTest, WritesTheLevelsThatAreOn) {
  ChangeLogSettings({.info = false, .warning = true, .error = true});
  EXPECT_THAT(WriteAll(), AllOf(Not(HasSubstr("detail")), Not(HasSubstr("news")),
                                HasSubstr("a warning"), HasSubstr("an error")));

  ChangeLogSettings({.warning = false, .error = false, .verbose_level = 1});
  EXPECT_THAT(WriteAll(), AllOf(HasSubstr("a detail"), HasSubstr("some news"),
                                Not(HasSubstr("warning")), Not(HasSubstr("error"))));
}

TEST_F(LogTest, SaysWhatHolds) {
  const LogSettings settings = {.warning = false, .verbose_level = 3, .format = LogFormat::kJson};

  ChangeLogSettings(settings);

  EXPECT_EQ(CurrentLogSettings(), settings);
}

TEST_F(LogTest, WritesAsTheFormatSays) {
  ChangeLogSettings({.format = LogFormat::kJson});
  EXPECT_THAT(WriteAll(), HasSubstr(R"("level":"warning","message":"a warning"})"));

  ChangeLogSettings({.format = LogFormat::kIso8601});
  EXPECT_THAT(WriteAll(),
              ContainsRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z W [0-9]+ a warning"));
}

TEST_F(LogTest, IsSetUpByTheLeastLevel) {
  ConfigureLog({.level = LogLevel::kWarning});
  EXPECT_THAT(WriteAll(), AllOf(Not(HasSubstr("news")), HasSubstr("a warning")));
  ConfigureLog({});
  EXPECT_THAT(WriteAll(), AllOf(Not(HasSubstr("detail")), HasSubstr("some news")));
}

TEST_F(LogTest, WritesFieldsAsKeysOfTheirOwnInJson) {
  ChangeLogSettings({.format = LogFormat::kJson});

  ::testing::internal::CaptureStderr();
  LogError({.model = "fashion", .request_id = "a\"b", .code = ErrorCode::kInternal}, "it {}",
           "failed");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr(R"("level":"error","message":"it failed","model":"fashion",)"
                        R"("request_id":"a\"b","code":"INTERNAL"})"));
}

TEST_F(LogTest, WritesFieldsBehindTheMessageInText) {
  ChangeLogSettings({.format = LogFormat::kText});

  ::testing::internal::CaptureStderr();
  LogWarning({.model = "fashion", .version = "3", .request_id = "two\nlines"}, "slow");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr(R"(slow [model="fashion" version="3" request_id="two\nlines"])"));
}

}  // namespace
}  // namespace slipway
