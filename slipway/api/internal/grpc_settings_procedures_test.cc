// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_settings_procedures.h"

#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/base/log.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GrpcTraceSettingTest : public ::testing::Test {
 protected:
  Result<inference::TraceSettingResponse> Ask(const inference::TraceSettingRequest& request) {
    SLIPWAY_TRY_ASSIGN(const std::string answer,
                       AnswerTraceSetting(parts_, Framed(request.SerializeAsString())));
    inference::TraceSettingResponse response;
    EXPECT_TRUE(response.ParseFromString(answer));
    return response;
  }

  FakeService service_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics metrics_{registry_};
  const FrontContext context_{.metrics = metrics_, .clock = clock_};
  serving::TraceSettings traces_;
  FrontParts parts_{
      .service = service_, .registry = registry_, .context = context_, .traces = &traces_};
};

TEST_F(GrpcTraceSettingTest, ShowsAndChangesAll) {
  inference::TraceSettingRequest request;
  (*request.mutable_settings())["trace_rate"].add_value("7");
  (*request.mutable_settings())["trace_level"].add_value("TIMESTAMPS");
  ASSERT_OK_AND_ASSIGN(const auto changed, Ask(request));
  EXPECT_THAT(changed.settings().at("trace_rate").value(), ElementsAre("7"));

  ASSERT_OK_AND_ASSIGN(const auto shown, Ask({}));
  EXPECT_THAT(shown.settings().at("trace_level").value(), ElementsAre("TIMESTAMPS"));
  EXPECT_THAT(shown.settings().at("trace_count").value(), ElementsAre("-1"));
  EXPECT_EQ(traces_.Global().rate, 7U);
}

TEST_F(GrpcTraceSettingTest, SetsAModelAndClearsItAgain) {
  inference::TraceSettingRequest request;
  request.set_model_name("echo");
  (*request.mutable_settings())["trace_rate"].add_value("3");
  ASSERT_OK(Ask(request));
  EXPECT_EQ(traces_.Of(*ModelName::Parse("echo")).rate, 3U);
  EXPECT_EQ(traces_.Global().rate, 1000U);

  (*request.mutable_settings())["trace_rate"].clear_value();
  ASSERT_OK(Ask(request));
  EXPECT_EQ(traces_.Of(*ModelName::Parse("echo")).rate, 1000U);
}

TEST_F(GrpcTraceSettingTest, ChangesNothingIfOneIsWrong) {
  inference::TraceSettingRequest request;
  (*request.mutable_settings())["trace_rate"].add_value("7");
  (*request.mutable_settings())["trace_count"].add_value("many");
  EXPECT_THAT(Ask(request), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("trace_count")));
  EXPECT_EQ(traces_.Global().rate, 1000U);

  request.clear_settings();
  request.set_model_name("other");
  EXPECT_THAT(Ask(request), FailsWith(ErrorCode::kNotFound, HasSubstr("other")));
  parts_.traces = nullptr;
  EXPECT_THAT(Ask({}), FailsWith(ErrorCode::kUnimplemented, HasSubstr("trace")));
}

class GrpcLogSettingsTest : public ::testing::Test {
 protected:
  ~GrpcLogSettingsTest() override { ChangeLogSettings(before_); }

  static Result<inference::LogSettingsResponse> Ask(const inference::LogSettingsRequest& request) {
    SLIPWAY_TRY_ASSIGN(const std::string answer,
                       AnswerLogSettings(Framed(request.SerializeAsString())));
    inference::LogSettingsResponse response;
    EXPECT_TRUE(response.ParseFromString(answer));
    return response;
  }

 private:
  const LogSettings before_ = CurrentLogSettings();
};

TEST_F(GrpcLogSettingsTest, ShowsAndChangesAll) {
  inference::LogSettingsRequest request;
  (*request.mutable_settings())["log_info"].set_bool_param(false);
  (*request.mutable_settings())["log_verbose_level"].set_uint32_param(2);
  (*request.mutable_settings())["log_format"].set_string_param("ISO8601");
  ASSERT_OK_AND_ASSIGN(const auto response, Ask(request));

  EXPECT_FALSE(response.settings().at("log_info").bool_param());
  EXPECT_TRUE(response.settings().at("log_error").bool_param());
  EXPECT_EQ(response.settings().at("log_verbose_level").uint32_param(), 2U);
  EXPECT_EQ(response.settings().at("log_format").string_param(), "ISO8601");
  EXPECT_FALSE(CurrentLogSettings().info);
}

TEST_F(GrpcLogSettingsTest, RefusesWrongValues) {
  inference::LogSettingsRequest request;
  (*request.mutable_settings())["log_info"].set_string_param("no");
  EXPECT_THAT(Ask(request), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("log_info")));
  request.clear_settings();
  (*request.mutable_settings())["log_info"];
  EXPECT_THAT(Ask(request), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no value")));
  request.clear_settings();
  (*request.mutable_settings())["log_colour"].set_bool_param(true);
  EXPECT_THAT(Ask(request), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("log_colour")));
}

}  // namespace
}  // namespace slipway::api
