// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/connection.h"

#include "slipway/api/testing/http2_client.h"
#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/raw_client.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <thread>

namespace slipway::api {
namespace {

using namespace std::literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(transport, HttpTransport::Create({}, {{.handler = &handler}}, clock));
    port = transport->ports().front();
  }

  FakeClock clock;
  RecordingHandler handler;
  std::unique_ptr<HttpTransport> transport;
  std::uint16_t port = 0;
};

TEST_F(ConnectionTest, SpeaksBothVersionsOnOnePort) {
  RawClient http1(port);
  http1.Send(Get("/one"));
  EXPECT_THAT(http1.ReadResponse(), EndsWith("echo /one"));

  RawClient socket(port);
  Http2Client http2;
  const std::int32_t stream = http2.Send({.path = "/two"});
  socket.Send(http2.TakeOutput());
  while (!http2.reply(stream).closed && http2.Receive(socket.Read())) {
  }
  EXPECT_EQ(http2.reply(stream).body, "echo /two");
}

TEST_F(ConnectionTest, TellsTheVersionsApartByteByByte) {
  RawClient client(port);
  for (const char letter : "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"sv) {
    client.Send({&letter, 1});
  }

  EXPECT_THAT(client.ReadResponse(), EndsWith("echo /x"));
}

TEST_F(ConnectionTest, AnswersFromAnotherThread) {
  RawClient client(port);
  client.Send(Get("/later/1") + Get("/later/2"));
  auto first = handler.TakeResponder("/later/1");
  auto second = handler.TakeResponder("/later/2");
  ASSERT_TRUE(first && second);

  std::jthread([&] { (*second)(ResponseOf("2")); }).join();
  std::jthread([&] { (*first)(ResponseOf("1")); }).join();

  EXPECT_THAT(client.ReadResponse(), EndsWith("\r\n\r\n1"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("\r\n\r\n2"));
}

TEST_F(ConnectionTest, DropsTheAnswerToAClientThatHasGone) {
  RawClient gone(port);
  gone.Send(Get("/later"));
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);

  gone.Reset();
  RawClient other(port);
  other.Send(Get("/other"));
  EXPECT_THAT(other.ReadResponse(), EndsWith("echo /other"));
  (*respond)(ResponseOf("late"));

  other.Send(Get("/still"));
  EXPECT_THAT(other.ReadResponse(), EndsWith("echo /still"));
}

TEST_F(ConnectionTest, AnswersAClientThatHasSentItsLast) {
  RawClient client(port);
  client.Send(Get("/later"));
  client.EndSending();
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);

  (*respond)(ResponseOf("done"));

  EXPECT_THAT(client.ReadAll(), EndsWith("done"));
}

TEST_F(ConnectionTest, CarriesABigBodyBothWays) {
  const std::string body(3'000'000, 'x');
  RawClient client(port);
  client.Send(
      fmt::format("POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.size()) +
      body);
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);
  EXPECT_EQ(handler.WaitForRequests(1).at(0).body, body);

  const auto owner = std::make_shared<const std::string>(5'000'000, 'y');
  HttpResponse response;
  response.body.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  (*respond)(std::move(response));

  EXPECT_THAT(client.ReadResponse(), EndsWith("\r\n\r\n" + *owner));
}

TEST_F(ConnectionTest, ReadsABigBodyInChunks) {
  const std::string chunk(10'000, 'x');
  RawClient client(port);
  client.Send("POST /sum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int index = 0; index < 200; ++index) client.Send("2710\r\n" + chunk + "\r\n");
  client.Send("0\r\n\r\n");

  EXPECT_THAT(client.ReadResponse(), EndsWith("echo /sum"));
  EXPECT_EQ(handler.WaitForRequests(1).at(0).body.size(), 2'000'000U);
}

TEST_F(ConnectionTest, DeliversItsLastWordsToAClientThatIsStillSending) {
  RawClient client(port);
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n");
  client.Send(std::string(10'000, 'x'));

  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413"));
}

TEST_F(ConnectionTest, ReadsLittleOfAHeaderThatDoesNotEnd) {
  RawClient client(port);
  client.Send("GET / HTTP/1.1\r\nX-Long: ");

  client.Send(std::string(20'000, 'x'));

  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 431"));
}

TEST_F(ConnectionTest, RefusesGarbage) {
  RawClient client(port);
  client.Send("\x16\x03\x01 what is this\r\n\r\n");

  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 400"));
}

TEST_F(ConnectionTest, RefusesASlowHeader) {
  RawClient client(port);
  client.Send(Get("/first") + "GET /slow");
  client.ReadResponse();

  clock.Advance(11s);

  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 408"));
}

TEST_F(ConnectionTest, ClosesAnIdleConnection) {
  RawClient client(port);
  client.Send(Get("/"));
  client.ReadResponse();

  clock.Advance(301s);

  EXPECT_THAT(client.ReadAll(), IsEmpty());
}

TEST_F(ConnectionTest, ClosesAConnectionThatNeverSpeaks) {
  RawClient client(port);
  RawClient other(port);
  other.Send(Get("/"));
  other.ReadResponse();

  clock.Advance(301s);

  EXPECT_THAT(client.ReadAll(), IsEmpty());
}

TEST_F(ConnectionTest, ClosesAConnectionThatTakesNothing) {
  RawClient client(port);
  client.Send(Get("/later"));
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);
  (*respond)(ResponseOf(std::string(50'000'000, 'x')));
  RawClient other(port);
  other.Send(Get("/"));
  other.ReadResponse();

  clock.Advance(500s);
  // The other connection is idle for too long, too, and is looked at in the same sweep.
  other.ReadAll();

  EXPECT_LT(client.ReadAll().size(), 50'000'000U);
}

TEST_F(ConnectionTest, PipelinesMoreThanItsBuffersHold) {
  RawClient client(port);
  std::string requests;
  for (int index = 0; index < 5'000; ++index) requests += Get(fmt::format("/{}", index));
  std::jthread sender([&] { client.Send(requests); });

  for (int index = 0; index < 5'000; ++index) {
    ASSERT_THAT(client.ReadResponse(), EndsWith(fmt::format("echo /{}", index)));
  }
}

}  // namespace
}  // namespace slipway::api
