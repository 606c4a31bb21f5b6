// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_thread.h"

#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/raw_client.h"
#include "slipway/api/testing/recording_handler.h"
#include "slipway/base/testing/assert_ok.h"

#include <future>
#include <optional>

namespace slipway::api {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;
using namespace std::chrono_literals;

const ListenAddress kFreePort{.host = "127.0.0.1", .port = 0};

// Keeps all requests of a round and answers them when it ends, as a batcher does.
class RoundHandler final : public HttpHandler {
 public:
  void Handle(HttpRequest, Responder respond) override { waiting_.push_back(std::move(respond)); }
  serving::WorkLeft OnRoundEnd() override {
    const std::string size = fmt::format("round of {}", waiting_.size());
    for (Responder& respond : std::exchange(waiting_, {})) respond(ResponseOf(size));
    return serving::WorkLeft::kNone;
  }

 private:
  std::vector<Responder> waiting_;
};

// Answers one request a round and leaves the others to the next.
class SlowHandler final : public HttpHandler {
 public:
  void Handle(HttpRequest, Responder respond) override { waiting_.push_back(std::move(respond)); }
  serving::WorkLeft OnRoundEnd() override {
    if (!waiting_.empty()) {
      waiting_.back()(ResponseOf("done"));
      waiting_.pop_back();
    }
    return waiting_.empty() ? serving::WorkLeft::kNone : serving::WorkLeft::kHere;
  }

 private:
  std::vector<Responder> waiting_;
};

class IoThreadTest : public ::testing::Test {
 protected:
  TransportOptions options{.max_connections = 2};
  std::promise<void> drained;
  IoShared shared{
      .options = options, .clock = SystemClock(), .on_drained = [this] { drained.set_value(); }};
};

TEST_F(IoThreadTest, EndsARoundAfterAllRequestsThatWereReady) {
  RoundHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient client(port);

  client.Send(Get("/1") + Get("/2") + Get("/3"));

  for (int index = 0; index < 3; ++index) {
    EXPECT_THAT(client.ReadResponse(), EndsWith("round of 3"));
  }
}

TEST_F(IoThreadTest, EndsARoundForEachHandlerThatGotRequests) {
  RecordingHandler used;
  RecordingHandler unused;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, used));
  ASSERT_OK(thread.Open(kFreePort, unused));
  thread.Start("test-io");
  RawClient client(port);
  client.Send(Get("/"));
  client.ReadResponse();

  EXPECT_EQ(used.WaitForRoundEnds(1), 1U);
  thread.Stop();
  EXPECT_EQ(unused.WaitForRoundEnds(0), 0U);
}

TEST_F(IoThreadTest, AnswersWhateverItsBusyPoll) {
  for (const std::chrono::microseconds busy_poll : {0us, 100us, 100'000us}) {
    options.busy_poll = busy_poll;
    RecordingHandler handler;
    IoThread thread(shared);
    ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
    thread.Start("test-io");
    RawClient client(port);

    for (int index = 0; index < 20; ++index) {
      client.Send(Get("/"));
      EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200")) << busy_poll.count();
    }
    EXPECT_EQ(thread.Stop(), 0U);
  }
}

TEST_F(IoThreadTest, AnswersAllWhereOneCoreComputesAsWell) {
  options.has_one_core = true;
  RecordingHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient patient(port);
  RawClient other(port);
  patient.Send(Get("/later"));
  std::optional<Responder> respond = handler.TakeResponder("/later");
  ASSERT_TRUE(respond.has_value());

  other.Send(Get("/now"));
  EXPECT_THAT(other.ReadResponse(), EndsWith("echo /now"));
  (*respond)(ResponseOf("late"));

  EXPECT_THAT(patient.ReadResponse(), EndsWith("late"));
  EXPECT_EQ(thread.Stop(), 0U);
}

TEST_F(IoThreadTest, ComesBackForWhatIsLeftWhereThereIsOneCore) {
  options.has_one_core = true;
  SlowHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient client(port);

  client.Send(Get("/1") + Get("/2") + Get("/3"));

  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.ReadResponse(), EndsWith("done"));
}

TEST_F(IoThreadTest, ClosesConnectionsOverTheLimit) {
  RecordingHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient first(port);
  first.Send(Get("/"));
  first.ReadResponse();
  {
    RawClient second(port);
    second.Send(Get("/"));
    EXPECT_THAT(second.ReadResponse(), EndsWith("echo /"));
    RawClient third(port);
    EXPECT_EQ(third.ReadAll(), "");
  }

  for (std::string answer; answer.empty();) {
    RawClient next(port);
    next.Send(Get("/"));
    answer = next.ReadResponse();
  }
}

TEST_F(IoThreadTest, CountsTheRequestsThatItCutsOff) {
  RecordingHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient client(port);
  client.Send(Get("/later/1") + Get("/later/2"));
  auto respond = handler.TakeResponder("/later/1");
  ASSERT_TRUE(respond);
  ASSERT_TRUE(handler.TakeResponder("/later/2"));

  EXPECT_EQ(thread.Stop(), 2U);

  EXPECT_EQ(client.ReadAll(), "");
  (*respond)(ResponseOf("too late"));
}

TEST_F(IoThreadTest, ReportsWhenItHasDrained) {
  RecordingHandler handler;
  IoThread thread(shared);
  ASSERT_OK_AND_ASSIGN(const std::uint16_t port, thread.Open(kFreePort, handler));
  thread.Start("test-io");
  RawClient client(port);
  client.Send(Get("/"));
  client.ReadResponse();

  thread.BeginDrain();

  EXPECT_EQ(drained.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(thread.Stop(), 0U);
}

}  // namespace
}  // namespace slipway::api
