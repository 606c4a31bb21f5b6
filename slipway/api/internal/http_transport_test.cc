// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_transport.h"

#include "slipway/api/testing/http2_client.h"
#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/raw_client.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/base/testing/assert_ok.h"

#include <random>
#include <thread>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using ::slipway::testing::FailsWith;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(HttpTransportTest, HasAHandlerForEachPort) {
  RecordingHandler first;
  RecordingHandler second;
  ASSERT_OK_AND_ASSIGN(const auto transport,
                       HttpTransport::Create({}, {{.handler = &first}, {.handler = &second}}));
  ASSERT_EQ(transport->ports().size(), 2U);
  RawClient client(transport->ports()[1]);

  client.Send(Get("/x"));

  EXPECT_THAT(client.ReadResponse(), EndsWith("echo /x"));
  EXPECT_EQ(second.WaitForRequests(1).size(), 1U);
  EXPECT_EQ(first.WaitForRequests(0).size(), 0U);
}

TEST(HttpTransportTest, RefusesAPortThatAnotherTransportHas) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto first,
                       HttpTransport::Create({.io_threads = 2}, {{.handler = &handler}}));
  const std::uint16_t port = first->ports()[0];

  EXPECT_THAT(HttpTransport::Create({.io_threads = 2}, {{.port = port, .handler = &handler}}),
              FailsWith(ErrorCode::kUnavailable, HasSubstr(fmt::format("127.0.0.1:{}", port))));
}

TEST(HttpTransportTest, TakesItsPortAgainAfterADrain) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto first, HttpTransport::Create({}, {{.handler = &handler}}));
  const std::uint16_t port = first->ports()[0];
  RawClient client(port);
  client.Send(Get("/"));
  client.ReadResponse();

  first->Drain(1s);

  ASSERT_OK(HttpTransport::Create({}, {{.port = port, .handler = &handler}}));
}

TEST(HttpTransportTest, ServesManyConnectionsOnManyThreads) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto transport,
                       HttpTransport::Create({.io_threads = 3}, {{.handler = &handler}}));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int index = 0; index < 100; ++index) {
    clients.push_back(std::make_unique<RawClient>(transport->ports()[0]));
    clients.back()->Send(Get(fmt::format("/{}", index)));
  }

  for (std::size_t index = 0; index < clients.size(); ++index) {
    EXPECT_THAT(clients[index]->ReadResponse(), EndsWith(fmt::format("echo /{}", index)));
  }
}

TEST(HttpTransportTest, WaitsForOpenRequestsWhenItDrains) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto transport, HttpTransport::Create({}, {{.handler = &handler}}));
  auto client = std::make_unique<RawClient>(transport->ports()[0]);
  client->Send(Get("/later"));
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);

  std::size_t cut_off = 99;
  std::jthread drain([&] { cut_off = transport->Drain(10s); });
  (*respond)(ResponseOf("done"));
  const std::string response = client->ReadAll();
  client.reset();
  drain.join();

  EXPECT_THAT(response, EndsWith("done"));
  EXPECT_EQ(cut_off, 0U);
}

TEST(HttpTransportTest, CutsOffWhatTakesLongerThanTheDrainMay) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto transport, HttpTransport::Create({}, {{.handler = &handler}}));
  RawClient client(transport->ports()[0]);
  client.Send(Get("/later"));
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);

  EXPECT_EQ(transport->Drain(10ms), 1U);

  EXPECT_EQ(client.ReadAll(), "");
  (*respond)(ResponseOf("too late"));
  EXPECT_EQ(transport->Drain(10ms), 0U);
}

TEST(HttpTransportTest, TellsHttp2ClientsToLeaveWhenItDrains) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto transport, HttpTransport::Create({}, {{.handler = &handler}}));
  auto socket = std::make_unique<RawClient>(transport->ports()[0]);
  Http2Client client;
  const std::int32_t stream = client.Send({.path = "/later"});
  socket->Send(client.TakeOutput());
  auto respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond);

  std::size_t cut_off = 99;
  std::jthread drain([&] { cut_off = transport->Drain(10s); });
  for (bool answered = false; !client.reply(stream).closed;) {
    ASSERT_TRUE(client.Receive(socket->Read()));
    socket->Send(client.TakeOutput());
    if (client.goaways() == 2 && !std::exchange(answered, true)) (*respond)(ResponseOf("done"));
  }
  socket.reset();
  drain.join();

  EXPECT_EQ(client.reply(stream).body, "done");
  EXPECT_EQ(cut_off, 0U);
}

// Answers from threads of its own, at random, while clients come and go.
TEST(HttpTransportTest, SurvivesClientsThatLeaveAtAnyMoment) {
  RecordingHandler handler;
  ASSERT_OK_AND_ASSIGN(const auto transport,
                       HttpTransport::Create({.io_threads = 2}, {{.handler = &handler}}));
  std::minstd_rand random(7);
  for (int round = 0; round < 300; ++round) {
    const std::string target = fmt::format("/later/{}", round);
    RawClient client(transport->ports()[0]);
    Http2Client http2;
    const bool is_http2 = random() % 2 == 0;
    if (is_http2) http2.Send({.path = target});
    client.Send(is_http2 ? http2.TakeOutput() : Get(target));
    auto respond = handler.TakeResponder(target);
    ASSERT_TRUE(respond);
    const std::size_t size = random() % 100'000;
    std::jthread answer([&] { (*respond)(ResponseOf(std::string(size, 'x'))); });
    if (random() % 2 == 0) client.Reset();
  }

  EXPECT_LE(transport->Drain(5s), 300U);
}

}  // namespace
}  // namespace slipway::api
