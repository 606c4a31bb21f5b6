// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/load_generator.h"

#include "slipway/base/testing/assert_ok.h"

#include "tests/integration/canned_server.h"
#include "tests/integration/identity_grpc_server.h"

#include <array>

namespace slipway::api::client {
namespace {

using slipway::testing::CannedReply;
using slipway::testing::CannedServer;
using slipway::testing::FailsWith;
using slipway::testing::HttpResponse;
using slipway::testing::IdentityGrpcServer;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Tensor& LoadInput() {
  static const Tensor kTensor = Tensor::Of<float>({2}, std::to_array<float>({1, 2}));
  return kTensor;
}

// A load of exactly `requests`, on a server at `port`.
LoadOptions LoadOf(std::string_view scheme, int port, std::uint64_t requests) {
  return {.url = fmt::format("{}://127.0.0.1:{}", scheme, port),
          .call = {.model = "identity", .inputs = {{.name = "x", .tensor = LoadInput().view()}}},
          .duration = std::chrono::seconds(60),
          .max_requests = requests};
}

TEST(LoadGeneratorTest, CountsWhatItSentOverRest) {
  std::atomic<std::uint64_t> requests = 0;
  CannedServer server([&](const std::string&) {
    ++requests;
    return CannedReply{HttpResponse("200 OK", "", "answer")};
  });
  LoadOptions options = LoadOf("http", server.port(), 500);
  options.connections = 4;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 500U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
  EXPECT_EQ(requests, 501U);  // One to see whether the call works at all.
  EXPECT_EQ(server.connections(), 5);
  EXPECT_GT(result.rate, 0);
  EXPECT_GT(result.p50.count(), 0);
  EXPECT_LE(result.p50, result.p99);
  EXPECT_LE(result.p99, result.max);
  EXPECT_GT(result.client_load, 0);
}

TEST(LoadGeneratorTest, CountsWhatItSentOverGrpc) {
  const IdentityGrpcServer server;
  LoadOptions options = LoadOf("grpc", server.port(), 500);
  options.connections = 2;
  options.streams = 8;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 500U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
}

TEST(LoadGeneratorTest, SendsLargeMessagesOverGrpc) {
  const IdentityGrpcServer server;
  ASSERT_OK_AND_ASSIGN(const Tensor large, Tensor::Zeros(DataType::kFloat32, {150'000}));
  LoadOptions options = LoadOf("grpc", server.port(), 50);
  options.call.inputs[0].tensor = large.view();
  options.streams = 4;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 50U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
}

TEST(LoadGeneratorTest, SendsAsManyAsArriveInAnOpenLoop) {
  const IdentityGrpcServer server;
  LoadOptions options = LoadOf("grpc", server.port(), 100);
  options.arrival_rate = 2'000;
  options.streams = 16;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 100U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
  // Arrivals take their time, whatever the server's speed: 50 ms on average for this many.
  EXPECT_GT(result.seconds, 0.02);
}

TEST(LoadGeneratorTest, CountsLatencyFromTheMomentARequestWasDue) {
  // All but the first few requests wait for the one connection.
  CannedServer server([](const std::string&) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < until) {
    }
    return CannedReply{HttpResponse("200 OK", "", "answer")};
  });
  LoadOptions options = LoadOf("http", server.port(), 50);
  options.arrival_rate = 100'000;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.errors, 0U) << result.first_error;
  EXPECT_GT(result.max, std::chrono::milliseconds(90));
  EXPECT_GT(result.p50, std::chrono::milliseconds(40));
}

TEST(LoadGeneratorTest, CountsAnswersThatDifferFromTheFirst) {
  int requests = 0;
  CannedServer server([&](const std::string&) {
    return CannedReply{HttpResponse("200 OK", "", ++requests % 10 == 0 ? "other!" : "answer")};
  });

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(LoadOf("http", server.port(), 99)));

  EXPECT_EQ(result.requests, 99U);
  EXPECT_EQ(result.errors, 10U);
  EXPECT_THAT(result.first_error, HasSubstr("differs from the first"));
}

TEST(LoadGeneratorTest, CountsErrorsOfTheServer) {
  int requests = 0;
  CannedServer server([&](const std::string&) {
    return CannedReply{++requests % 2 == 0
                           ? HttpResponse("429 Too Many", "", R"({"error":"queue full"})")
                           : HttpResponse("200 OK", "", "answer")};
  });

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(LoadOf("http", server.port(), 20)));

  EXPECT_EQ(result.requests, 20U);
  EXPECT_EQ(result.errors, 10U);
  EXPECT_EQ(result.first_error, "RESOURCE_EXHAUSTED: queue full");
}

TEST(LoadGeneratorTest, GoesOnWithNewConnectionsWhenTheServerClosesThem) {
  int requests = 0;
  CannedServer server([&](const std::string&) {
    const bool last = ++requests % 10 == 0;
    return CannedReply{HttpResponse("200 OK", last ? "Connection: close\r\n" : "", "answer"), last};
  });
  LoadOptions options = LoadOf("http", server.port(), 100);
  options.connections = 2;

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 100U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
  EXPECT_GT(server.connections(), 10);
}

TEST(LoadGeneratorTest, EndsWhenTheServerStopsAnswering) {
  int requests = 0;
  CannedServer server([&](const std::string&) {
    return ++requests > 5 ? CannedReply{} : CannedReply{HttpResponse("200 OK", "", "answer")};
  });
  LoadOptions options = LoadOf("http", server.port(), 0);
  options.duration = std::chrono::milliseconds(30);
  options.call_timeout = std::chrono::milliseconds(30);

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 5U);
  EXPECT_EQ(result.errors, 1U);
  EXPECT_THAT(result.first_error, HasSubstr("no answer within 30 ms"));
}

TEST(LoadGeneratorTest, LeavesTheWarmUpOut) {
  CannedServer server(
      [](const std::string&) { return CannedReply{HttpResponse("200 OK", "", "answer")}; });
  LoadOptions options = LoadOf("http", server.port(), 10);
  options.warmup = std::chrono::seconds(60);

  ASSERT_OK_AND_ASSIGN(const LoadResult result, MeasureLoad(options));

  EXPECT_EQ(result.requests, 0U);
}

TEST(LoadGeneratorTest, FailsAtOnceWhenTheCallDoes) {
  const IdentityGrpcServer server;
  LoadOptions options = LoadOf("grpc", server.port(), 10);
  options.call.model = "other";

  EXPECT_THAT(MeasureLoad(options), FailsWith(ErrorCode::kNotFound, HasSubstr("no model")));
}

TEST(LoadGeneratorTest, FailsWhenTheServerSpeaksSomethingElse) {
  CannedServer server([](const std::string&) { return CannedReply{"nonsense\r\n\r\n"}; });

  EXPECT_THAT(MeasureLoad(LoadOf("http", server.port(), 10)),
              FailsWith(ErrorCode::kInternal, HasSubstr("malformed HTTP response")));
  EXPECT_THAT(MeasureLoad(LoadOf("grpc", server.port(), 10)),
              FailsWith(ErrorCode::kInternal, HasSubstr("breaks HTTP/2")));
}

TEST(LoadGeneratorTest, NamesTheServerThatIsNotThere) {
  int port = 0;
  {
    const CannedServer server([](const std::string&) { return CannedReply{}; });
    port = server.port();
  }

  EXPECT_THAT(MeasureLoad(LoadOf("http", port, 10)),
              FailsWith(ErrorCode::kUnavailable,
                        AllOf(HasSubstr(std::to_string(port)), HasSubstr("cannot connect"))));
}

TEST(LoadGeneratorTest, RefusesALoadOfNothing) {
  LoadOptions options = LoadOf("http", 1, 10);
  options.connections = 0;

  EXPECT_THAT(MeasureLoad(options),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("connections")));
}

}  // namespace
}  // namespace slipway::api::client
