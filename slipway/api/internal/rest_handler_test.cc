// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/rest_handler.h"

#include "slipway/api/testing/fake_administration.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/shared_memory_object.h"
#include "slipway/base/log.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kEcho =
    R"({"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,4,2,3]}]})";

/// A front with all its parts; what a test changes of them comes before its first request.
class RestHandlerTest : public ::testing::Test {
 protected:
  HttpResponse Ask(HttpRequest request) {
    if (!handler_) handler_.emplace(parts_, kDataPlane);
    std::optional<HttpResponse> answer;
    handler_->Handle(std::move(request),
                     Exchange(context_, Protocol::kRest, [&answer](HttpResponse response) {
                       EXPECT_FALSE(answer) << "answered twice";
                       answer = std::move(response);
                     }));
    service_.RunQueued();
    EXPECT_TRUE(answer) << "not answered";
    return std::move(answer).value_or(HttpResponse{});
  }
  HttpResponse Get(std::string target, const Fields& fields = {}) {
    return Ask("GET", std::move(target), {}, fields);
  }
  HttpResponse Post(std::string target, std::string body = {}, const Fields& fields = {}) {
    return Ask("POST", std::move(target), std::move(body), fields);
  }
  HttpResponse Ask(std::string method, std::string target, std::string body, const Fields& fields) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    for (const auto& [name, value] : fields) request.headers.Add(name, value);
    return Ask(std::move(request));
  }

  FakeService service_;
  FakeAdministration administration_;
  serving::TraceSettings traces_;
  SharedMemoryRegions regions_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics front_metrics_{registry_};
  FrontContext context_{.metrics = front_metrics_, .clock = clock_};
  FrontParts parts_{.service = service_,
                    .registry = registry_,
                    .context = context_,
                    .administration = &administration_,
                    .traces = &traces_,
                    .regions = &regions_};
  std::optional<RestHandler> handler_;
};

TEST_F(RestHandlerTest, ListsTheRepository) {
  EXPECT_EQ(TextOf(Post("/v2/repository/index")),
            R"([{"name":"broken","version":"1","state":"UNAVAILABLE","reason":"no such operator"},)"
            R"({"name":"echo","version":"2","state":"READY","reason":""},)"
            R"({"name":"echo","version":"10","state":"READY","reason":""},{"name":"unseen"}])");
  EXPECT_THAT(TextOf(Post("/v2/repository/main/index", R"({"ready":true})")),
              StartsWith(R"([{"name":"echo","version":"2")"));
  EXPECT_EQ(Post("/v2/repository/index", "{").status, 400);
  EXPECT_EQ(Post("/v2/repository/index", R"({"ready":1})").status, 400);
}

TEST_F(RestHandlerTest, LoadsWithWhatTheRequestSays) {
  const HttpResponse response =
      Post("/v2/repository/models/echo/load",
           R"({"parameters":{"config":"{\"max_batch_size\":4}","file:1/model.onnx":"YQBi"}})");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(TextOf(response), "");
  ASSERT_TRUE(administration_.last_load());
  EXPECT_EQ(administration_.last_load()->config_json, R"({"max_batch_size":4})");
  EXPECT_THAT(administration_.last_load()->files,
              ElementsAre(Pair("1/model.onnx", std::string("a\0b", 3))));
}

TEST_F(RestHandlerTest, LoadsAndUnloadsWithoutABody) {
  EXPECT_EQ(Post("/v2/repository/models/echo/load").status, 200);
  EXPECT_FALSE(administration_.last_load()->config_json);
  EXPECT_EQ(
      Post("/v2/repository/main/models/echo/unload", R"({"parameters":{"unload_dependents":true}})")
          .status,
      200);
  EXPECT_EQ(administration_.last_unload(), "echo");
  EXPECT_EQ(Post("/v2/repository/models/none/load").status, 404);
  EXPECT_EQ(Post("/v2/repository/models/none/unload").status, 404);
}

TEST_F(RestHandlerTest, RefusesLoadsThatMakeNoSense) {
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {R"({"parameters":{"file:1/model.onnx":"YQ=="}})", "config"},
      {R"({"parameters":{"config":"{}","file:1/model.onnx":"Y"}})", "file:1/model.onnx"},
      {R"({"parameters":{"config":{}}})", "config"},
      {R"({"parameters":{"config":"{}","config":"{}"}})", "twice"},
      {R"({"parameters":{"confg":"{}"}})", "confg"},
      {R"({"parameters":[]})", "object"},
      {R"([])", "object"}};
  for (const auto& [body, words] : bodies) {
    const HttpResponse response = Post("/v2/repository/models/echo/load", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(TextOf(response), HasSubstr(words));
  }
  EXPECT_EQ(Post("/v2/repository/models/..%2f..%2fetc/load").status, 400);
  EXPECT_EQ(Post("/v2/repository/models/echo/unload", R"({"parameters":{"x":true}})").status, 400);
  EXPECT_FALSE(administration_.last_load());
  EXPECT_EQ(administration_.last_unload(), "");
}

TEST_F(RestHandlerTest, TellsConfigurationAndStatistics) {
  EXPECT_EQ(TextOf(Get("/v2/models/echo/config")), R"({"name":"echo","version":0})");
  EXPECT_EQ(TextOf(Get("/v2/models/echo/versions/2/config")), R"({"name":"echo","version":2})");
  EXPECT_EQ(Get("/v2/models/none/config").status, 404);
  for (const char* target :
       {"/v2/models/stats", "/v2/models/echo/stats", "/v2/models/echo/versions/10/stats"}) {
    EXPECT_THAT(
        TextOf(Get(target)),
        AllOf(StartsWith(R"({"model_stats":[{"name":"echo","version":"10","last_inference":1234,)"
                         R"("inference_count":9,"execution_count":2,"inference_stats":{)"
                         R"("success":{"count":2,"ns":500},"fail":{"count":0,"ns":0},)"),
              HasSubstr(R"("batch_stats":[{"batch_size":8,)")));
  }
}

TEST_F(RestHandlerTest, SaysThatItHasNoAdministration) {
  parts_.administration = nullptr;
  parts_.traces = nullptr;
  parts_.regions = nullptr;

  for (const char* target : {"/v2/models/echo/config", "/v2/models/stats", "/v1/models",
                             "/v2/trace/setting", "/v2/systemsharedmemory/status"}) {
    EXPECT_EQ(Get(target).status, 501) << target;
  }
  for (const char* target :
       {"/v2/repository/index", "/v2/repository/models/echo/load",
        "/v2/repository/models/echo/unload", "/v2/systemsharedmemory/region/r/register"}) {
    EXPECT_EQ(Post(target).status, 501) << target;
  }
  EXPECT_THAT(TextOf(Get("/v1/models/echo")), HasSubstr(R"("version":"10","state":"AVAILABLE")"));
}

TEST_F(RestHandlerTest, ShowsAndChangesTraceSettings) {
  EXPECT_EQ(TextOf(Get("/v2/trace/setting")),
            R"({"trace_file":"","trace_level":["OFF"],"trace_rate":"1000","trace_count":"-1",)"
            R"("log_frequency":"0"})");
  EXPECT_THAT(TextOf(Post("/v2/trace/setting",
                          R"({"trace_level":["TIMESTAMPS","TENSORS"],"trace_rate":"5"})")),
              HasSubstr(R"("trace_level":["TIMESTAMPS","TENSORS"],"trace_rate":"5")"));
  EXPECT_THAT(
      TextOf(Post("/v2/models/echo/trace/setting", R"({"trace_rate":7,"trace_level":"OFF"})")),
      HasSubstr(R"("trace_level":["OFF"],"trace_rate":"7")"));
  EXPECT_THAT(TextOf(Get("/v2/models/echo/trace/setting")), HasSubstr(R"("trace_rate":"7")"));
  EXPECT_THAT(TextOf(Post("/v2/models/echo/trace/setting", R"({"trace_rate":null})")),
              HasSubstr(R"("trace_rate":"5")"));
  EXPECT_TRUE(traces_.Global().tensors);
}

TEST_F(RestHandlerTest, RefusesWrongTraceSettingsAsAWhole) {
  for (const char* body : {R"({"trace_rate":"0"})", R"({"trace_rate":"x"})", R"({"trace_rate":[]})",
                           R"({"trace_rate":["1","2"]})", R"({"trace_rate":{}})",
                           R"({"trace_count":"-2"})", R"({"log_frequency":"-1"})",
                           R"({"trace_level":["SOME"]})", R"({"trace_level":["OFF","TENSORS"]})",
                           R"({"trace_rat":"1"})", R"({"trace_count":"5","trace_rate":"0"})"}) {
    EXPECT_EQ(Post("/v2/trace/setting", body).status, 400) << body;
  }
  EXPECT_EQ(Post("/v2/trace/setting", R"({"trace_file":"/etc/passwd"})").status, 501);
  EXPECT_EQ(Get("/v2/models/none/trace/setting").status, 404);
  EXPECT_EQ(traces_.Global(), serving::TraceSetting());
}

TEST_F(RestHandlerTest, ShowsAndChangesTheLog) {
  const LogSettings before = CurrentLogSettings();
  ChangeLogSettings({});

  EXPECT_EQ(TextOf(Get("/v2/logging")),
            R"({"log_file":"","log_info":true,"log_warning":true,"log_error":true,)"
            R"("log_verbose_level":0,"log_format":"default"})");
  EXPECT_THAT(TextOf(Post("/v2/logging",
                          R"({"log_info":false,"log_verbose_level":2,"log_format":"ISO8601"})")),
              AllOf(HasSubstr(R"("log_info":false)"), HasSubstr(R"("log_verbose_level":2)"),
                    HasSubstr(R"("log_format":"ISO8601")")));
  EXPECT_FALSE(CurrentLogSettings().info);
  for (const char* body :
       {R"({"log_info":1})", R"({"log_verbose_level":-1})", R"({"log_verbose_level":"1"})",
        R"({"log_format":"xml"})", R"({"log_loud":true})", R"({"log_info":null})"}) {
    EXPECT_EQ(Post("/v2/logging", body).status, 400) << body;
  }
  EXPECT_EQ(Post("/v2/logging", R"({"log_file":"/etc/passwd"})").status, 501);

  ChangeLogSettings(before);
}

TEST_F(RestHandlerTest, RegistersSharedMemory) {
  const SharedMemoryObject object("0123456789");
  const std::string place = fmt::format(R"({{"key":"{}","offset":2,"byte_size":4}})", object.key());

  EXPECT_EQ(Post("/v2/systemsharedmemory/region/r/register", place).status, 200);
  EXPECT_EQ(Post("/v2/systemsharedmemory/region/r/register", place).status, 409);
  EXPECT_EQ(TextOf(Get("/v2/systemsharedmemory/region/r/status")),
            fmt::format(R"([{{"name":"r","key":"{}","offset":2,"byte_size":4}}])", object.key()));
  EXPECT_EQ(Get("/v2/systemsharedmemory/region/other/status").status, 404);
  EXPECT_EQ(Post("/v2/systemsharedmemory/region/r/unregister").status, 200);
  EXPECT_EQ(TextOf(Get("/v2/systemsharedmemory/status")), "[]");
  EXPECT_EQ(Post("/v2/systemsharedmemory/unregister").status, 200);
  for (const char* body :
       {"", "{}", R"({"key":"/x"})", R"({"byte_size":1})", R"({"key":"/../x","byte_size":1})",
        R"({"key":"/x","byte_size":-1})", R"({"key":"/x","byte_size":1,"offset":-1})"}) {
    EXPECT_EQ(Post("/v2/systemsharedmemory/region/r/register", body).status, 400) << body;
  }
}

TEST_F(RestHandlerTest, HasNoCudaSharedMemory) {
  EXPECT_EQ(Get("/v2/cudasharedmemory/status").status, 501);
  EXPECT_EQ(Post("/v2/cudasharedmemory/region/r/register", "{}").status, 501);
  EXPECT_EQ(Post("/v2/cudasharedmemory/unregister").status, 501);
}

TEST_F(RestHandlerTest, InfersInSharedMemory) {
  const std::array<float, 2> values = {1.5F, -2};
  const std::string bytes(AsText(std::as_bytes(std::span(values))));
  const SharedMemoryObject object(bytes + std::string(8, '.'));
  ASSERT_OK(regions_.Register({.name = "r", .key = object.key(), .offset = 0, .byte_size = 16}));
  const auto body = [](std::string_view in, std::string_view out) {
    return fmt::format(
        R"({{"inputs":[{{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{{{}}}}}],)"
        R"("outputs":[{{"name":"x","parameters":{{{}}}}}]}})",
        in, out);
  };
  const std::string in = R"("shared_memory_region":"r","shared_memory_byte_size":8)";
  const std::string out = in + R"(,"shared_memory_offset":8)";

  const HttpResponse response = Post("/v2/models/echo/infer", body(in, out));

  EXPECT_EQ(response.status, 200) << TextOf(response);
  EXPECT_THAT(TextOf(response),
              HasSubstr(R"("shape":[1,2],"parameters":{"shared_memory_region":"r",)"
                        R"("shared_memory_offset":8,"shared_memory_byte_size":8}})"));
  EXPECT_EQ(object.Contents(), bytes + bytes);
  for (const auto& [wrong_in, wrong_out] : std::vector<std::pair<std::string, std::string>>{
           {R"("shared_memory_region":"r")", out},
           {R"("shared_memory_byte_size":8)", out},
           {R"("shared_memory_region":"r","shared_memory_byte_size":7)", out},
           {R"("shared_memory_region":"r","shared_memory_byte_size":17)", out},
           {R"("shared_memory_region":"r","shared_memory_byte_size":8,"binary_data_size":0)", out},
           {in + R"(,"shared_memory_offset":18446744073709551615)", out},
           {in + R"(,"shared_memory_color":1)", out},
           {in, R"("shared_memory_region":"r","shared_memory_byte_size":7)"},
           {in, R"("shared_memory_region":"r","shared_memory_byte_size":17)"}}) {
    EXPECT_EQ(Post("/v2/models/echo/infer", body(wrong_in, wrong_out)).status, 400) << wrong_in;
  }
  regions_.UnregisterAll();
  EXPECT_EQ(Post("/v2/models/echo/infer", body(in, out)).status, 404);
}

TEST_F(RestHandlerTest, BoundsWhatIsReadOfSharedMemory) {
  const SharedMemoryObject object(std::string(64, 'a'));
  ASSERT_OK(regions_.Register({.name = "r", .key = object.key(), .offset = 0, .byte_size = 64}));
  parts_.settings.max_body_bytes = 100;
  const auto input = [](std::string_view name) {
    return fmt::format(R"({{"name":"{}","shape":[64],"datatype":"UINT8","parameters":{{)"
                       R"("shared_memory_region":"r","shared_memory_byte_size":64}}}})",
                       name);
  };

  EXPECT_EQ(Post("/v2/models/echo/infer", fmt::format(R"({{"inputs":[{}]}})", input("x"))).status,
            200);
  const HttpResponse two =
      Post("/v2/models/echo/infer", fmt::format(R"({{"inputs":[{},{}]}})", input("x"), input("y")));
  EXPECT_EQ(two.status, 400);
  EXPECT_THAT(TextOf(two), HasSubstr("36"));
}

TEST_F(RestHandlerTest, PassesOnThatTheClientHasGone) {
  const std::stop_source client;
  for (const char* target : {"/v2/models/echo/infer", "/v1/models/echo:predict"}) {
    HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = target[2] == '2' ? kEcho : R"({"instances":[[1,2,3,4]]})";
    request.gone = client.get_token();
    const HttpResponse response = Ask(std::move(request));

    EXPECT_EQ(response.status, 200) << TextOf(response);
    EXPECT_EQ(service_.last_cancelled(), client.get_token()) << target;
  }
}

TEST_F(RestHandlerTest, ClassifiesOutputs) {
  const std::string body = std::string(kEcho.substr(0, kEcho.size() - 1)) +
                           R"(,"outputs":[{"name":"x","parameters":{"classification":2}}]})";

  EXPECT_THAT(TextOf(Post("/v2/models/echo/infer", body)),
              HasSubstr(R"("name":"x","datatype":"BYTES","shape":[1,2],"data":["4:1:dog","3:3"])"));
}

TEST_F(RestHandlerTest, InfersFromARawBody) {
  const HttpResponse response = Post("/v2/models/echo/infer", std::string(16, 'a'),
                                     {{"inference-header-content-length", "0"}});

  EXPECT_EQ(response.status, 200) << TextOf(response);
  EXPECT_EQ(response.headers.Find("content-type"), "application/octet-stream");
  EXPECT_TRUE(TextOf(response).ends_with(R"("binary_data_size":16}}]})" + std::string(16, 'a')));
  EXPECT_EQ(Post("/v2/models/none/infer", "", {{"inference-header-content-length", "0"}}).status,
            404);
}

TEST_F(RestHandlerTest, ReadsCompressedBodies) {
  std::vector<BodyPart> parts;
  parts.emplace_back(std::string(kEcho));

  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    const HttpResponse response =
        Post("/v2/models/echo/infer", Compress(parts, coding),
             {{"content-encoding", std::string(ContentCodingName(coding))}});
    EXPECT_THAT(TextOf(response), HasSubstr("[1,4,2,3]"));
  }
}

TEST_F(RestHandlerTest, BoundsWhatCompressedBodiesBecome) {
  parts_.settings.max_body_bytes = 1000;
  std::vector<BodyPart> parts;
  parts.emplace_back(std::string(1001, ' '));

  const HttpResponse bomb = Post("/v2/models/echo/infer", Compress(parts, ContentCoding::kGzip),
                                 {{"content-encoding", "gzip"}});

  EXPECT_EQ(bomb.status, 413);
  EXPECT_THAT(TextOf(bomb), HasSubstr("1000"));
  EXPECT_EQ(Post("/v2/models/echo/infer", "x", {{"content-encoding", "gzip"}}).status, 400);
  const HttpResponse unknown = Post("/v2/models/echo/infer", "x", {{"content-encoding", "br"}});
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(unknown.headers.Find("accept-encoding"), "gzip, deflate");
}

TEST_F(RestHandlerTest, CompressesAnswersThatAreWantedSo) {
  const HttpResponse response =
      Post("/v2/models/echo/infer", std::string(kEcho), {{"accept-encoding", "gzip"}});

  EXPECT_EQ(response.headers.Find("content-encoding"), "gzip");
  ASSERT_OK_AND_ASSIGN(const std::string json,
                       Decompress(TextOf(response), ContentCoding::kGzip, 10'000));
  EXPECT_THAT(json, HasSubstr("[1,4,2,3]"));
}

TEST_F(RestHandlerTest, AsksForTheHeaderOfARestrictedGroup) {
  const std::vector<std::string> rules = {"logging,inference:admin=1"};
  ASSERT_OK_AND_ASSIGN(parts_.settings.rest_access, AccessRules::Parse(rules, ""));

  EXPECT_EQ(Get("/v2/logging").status, 403);
  EXPECT_EQ(Get("/v2/logging", {{"admin", "2"}}).status, 403);
  EXPECT_EQ(Get("/v2/logging", {{"admin", "1"}}).status, 200);
  EXPECT_EQ(Post("/v2/models/echo/infer", std::string(kEcho)).status, 403);
  EXPECT_EQ(Post("/v1/models/echo:predict", R"({"instances":[[1]]})").status, 403);
  EXPECT_EQ(Get("/v2").status, 200);
}

TEST_F(RestHandlerTest, HandsHeadersAndTraceOn) {
  ASSERT_OK_AND_ASSIGN(parts_.settings.rest_headers, HeaderForwarding::Parse("x-tenant"));

  Post("/v2/models/echo/infer", std::string(kEcho),
       {{"x-tenant", "blue"},
        {"x-other", "1"},
        {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});

  EXPECT_THAT(service_.last_parameters(),
              ElementsAre(Pair("x-tenant", serving::Parameter(std::string("blue")))));
  ASSERT_TRUE(service_.last_trace());
  EXPECT_EQ(service_.last_trace()->trace_id[0], 0x0a);
}

TEST_F(RestHandlerTest, EchoesTheRequestsIdOnEveryAnswer) {
  EXPECT_EQ(Get("/v2", {{"x-request-id", "r"}}).headers.Find("x-request-id"), "r");
  EXPECT_EQ(Get("/nowhere", {{"x-request-id", "r"}}).headers.Find("x-request-id"), "r");
  EXPECT_FALSE(Get("/v2").headers.Find("x-request-id"));
}

TEST_F(RestHandlerTest, AnswersPreflightsOfAllowedPages) {
  parts_.settings.cors.allowed_origins = {"https://a.example"};
  const Fields wish = {{"access-control-request-method", "POST"},
                       {"access-control-request-headers", "content-type"}};
  Fields from_a = wish;
  from_a.emplace_back("origin", "https://a.example");
  Fields from_b = wish;
  from_b.emplace_back("origin", "https://b.example");

  const HttpResponse allowed = Ask("OPTIONS", "/v2/models/echo/infer", {}, from_a);

  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.headers.Find("access-control-allow-origin"), "https://a.example");
  EXPECT_EQ(allowed.headers.Find("access-control-allow-methods"), "GET, POST");
  EXPECT_EQ(allowed.headers.Find("access-control-allow-headers"), "content-type");
  EXPECT_EQ(Ask("OPTIONS", "/v2/models/echo/infer", {}, from_b).status, 403);
  EXPECT_EQ(Ask("OPTIONS", "/nowhere", {}, from_a).status, 404);
  EXPECT_EQ(Ask("OPTIONS", "/v2", {}, {}).status, 405);
}

TEST_F(RestHandlerTest, SaysWhichExtensionsItServes) {
  EXPECT_THAT(TextOf(Get("/v2")),
              AllOf(HasSubstr("\"model_repository\""), HasSubstr("\"statistics\""),
                    HasSubstr("\"trace\""), HasSubstr("\"system_shared_memory\"")));
}

}  // namespace
}  // namespace slipway::api
