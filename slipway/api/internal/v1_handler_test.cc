// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_handler.h"

#include "slipway/api/internal/rest_handler.h"
#include "slipway/api/testing/fake_administration.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace slipway::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class V1HandlerTest : public ::testing::Test {
 protected:
  HttpResponse Ask(std::string method, std::string target, std::string body = {}) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    std::optional<HttpResponse> answer;
    handler_.Handle(std::move(request),
                    Exchange(context_, Protocol::kRest,
                             [&answer](HttpResponse response) { answer = std::move(response); }));
    service_.RunQueued();
    EXPECT_TRUE(answer) << "not answered";
    return std::move(answer).value_or(HttpResponse{});
  }
  static std::string TextOf(const HttpResponse& response) {
    return response.body.empty() ? "" : std::get<std::string>(response.body.front());
  }
  std::string Get(std::string target) { return TextOf(Ask("GET", std::move(target))); }
  std::string Predict(std::string body) {
    return TextOf(Ask("POST", "/v1/models/echo:predict", std::move(body)));
  }

  FakeService service_;
  FakeAdministration administration_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics front_metrics_{registry_};
  FrontContext context_{.metrics = front_metrics_, .clock = clock_};
  RestHandler handler_{{.service = service_,
                        .registry = registry_,
                        .context = context_,
                        .administration = &administration_},
                       kDataPlane};
};

TEST_F(V1HandlerTest, PredictsInRowForm) {
  EXPECT_EQ(Predict(R"({"instances":[[1,2,3,4],[5,6,7,8.5]]})"),
            R"({"predictions":[[1,2,3,4],[5,6,7,8.5]]})");
  EXPECT_EQ(Predict(R"({"signature_name":"serving_default","instances":[{"x":[1,2,3,4]}]})"),
            R"({"predictions":[[1,2,3,4]]})");
}

TEST_F(V1HandlerTest, PredictsInColumnForm) {
  EXPECT_EQ(Predict(R"({"inputs":[[1,2,3,4]]})"), R"({"outputs":[[1,2,3,4]]})");
  EXPECT_EQ(Predict(R"({"inputs":{"x":[[1,2,3,4]]}})"), R"({"outputs":[[1,2,3,4]]})");
}

TEST_F(V1HandlerTest, PredictsWithAVersion) {
  EXPECT_EQ(Ask("POST", "/v1/models/echo/versions/2:predict", R"({"instances":[[1]]})").status,
            200);
}

TEST_F(V1HandlerTest, SaysWhichServableIsMissing) {
  const HttpResponse latest = Ask("POST", "/v1/models/none:predict", R"({"instances":[1]})");
  const HttpResponse specific = Ask("GET", "/v1/models/echo/versions/3");

  EXPECT_EQ(latest.status, 404);
  EXPECT_EQ(TextOf(latest), R"-({"error":"Servable not found for request: Latest(none)"})-");
  EXPECT_EQ(specific.status, 404);
  EXPECT_EQ(TextOf(specific), R"-({"error":"Servable not found for request: Specific(echo, 3)"})-");
  EXPECT_EQ(Ask("GET", "/v1/models/none/metadata").status, 404);
}

TEST_F(V1HandlerTest, SaysWhatIsWrongWithAPrediction) {
  const HttpResponse wrong = Ask("POST", "/v1/models/echo:predict", R"({"instances":[[1,2],[3]]})");

  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(TextOf(wrong), AllOf(HasSubstr("instance 1"), HasSubstr("2")));
  EXPECT_EQ(Ask("POST", "/v1/models/echo:predict", "").status, 400);
  const HttpResponse infinite =
      Ask("POST", "/v1/models/echo:predict", R"({"instances":[[1,Infinity]]})");
  EXPECT_EQ(infinite.status, 400);
  EXPECT_THAT(TextOf(infinite), AllOf(HasSubstr("\\\"x\\\""), HasSubstr("/v2/models")));
}

TEST_F(V1HandlerTest, TellsTheStatusInBothDialects) {
  EXPECT_EQ(
      Get("/v1/models/echo"),
      R"({"name":"echo","ready":true,"model_version_status":[)"
      R"({"version":"2","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}},)"
      R"({"version":"10","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]})");
  EXPECT_EQ(
      Get("/v1/models/broken/versions/1"),
      R"({"name":"broken","ready":false,"model_version_status":[{"version":"1","state":"END",)"
      R"("status":{"error_code":"UNKNOWN","error_message":"no such operator"}}]})");
}

TEST_F(V1HandlerTest, ListsTheModelsThatAreReady) {
  EXPECT_EQ(Get("/v1/models"), R"({"models":["echo"]})");
}

TEST_F(V1HandlerTest, DescribesAModel) {
  const std::string tensor =
      R"({"x":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":""},)"
      R"({"size":"4","name":""}],"unknown_rank":false},"name":"x"}})";

  EXPECT_EQ(Get("/v1/models/echo/metadata"),
            R"({"model_spec":{"name":"echo","signature_name":"","version":"10"},"metadata":{)"
            R"("signature_def":{"signature_def":{"serving_default":{"inputs":)" +
                tensor + R"(,"outputs":)" + tensor +
                R"(,"method_name":"tensorflow/serving/predict"}}}}})");
}

TEST_F(V1HandlerTest, SaysWhichVerbsItDoesNotSupport) {
  for (const char* verb : {":classify", ":regress", ":explain"}) {
    const HttpResponse response = Ask("POST", std::string("/v1/models/echo") + verb, "{}");
    EXPECT_EQ(response.status, 501) << verb;
    EXPECT_THAT(TextOf(response), HasSubstr(verb));
  }
}

}  // namespace
}  // namespace slipway::api
