// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/listener.h"

#include "slipway/api/testing/raw_client.h"
#include "slipway/base/testing/assert_ok.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <vector>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ListenerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Listener> MakeListener() {
    return std::make_unique<Listener>(
        io, [this](boost::asio::ip::tcp::socket socket) { sockets.push_back(std::move(socket)); });
  }

  boost::asio::io_context io;
  std::vector<boost::asio::ip::tcp::socket> sockets;
};

TEST_F(ListenerTest, TakesAFreePortForZero) {
  const auto listener = MakeListener();

  ASSERT_OK(listener->Open({.host = "127.0.0.1", .port = 0}));

  EXPECT_NE(listener->port(), 0);
}

TEST_F(ListenerTest, RefusesAPortThatAnotherServerHas) {
  const auto first = MakeListener();
  ASSERT_OK(first->Open({.host = "127.0.0.1", .port = 0}));
  const auto second = MakeListener();

  EXPECT_THAT(second->Open({.host = "127.0.0.1", .port = first->port()}),
              FailsWith(ErrorCode::kUnavailable,
                        AllOf(HasSubstr("127.0.0.1:" + std::to_string(first->port())),
                              HasSubstr("the port is taken"))));
}

TEST_F(ListenerTest, LetsTheKernelAskAfterSilentClients) {
  const auto listener = MakeListener();
  ASSERT_OK(listener->Open({.host = "127.0.0.1", .port = 0}));
  listener->Start();
  const RawClient client(listener->port());

  io.run_one();

  ASSERT_EQ(sockets.size(), 1U);
  boost::asio::socket_base::keep_alive keep_alive;
  sockets.front().get_option(keep_alive);
  EXPECT_TRUE(keep_alive.value());
}

TEST_F(ListenerTest, SharesAPortWithTheOtherThreads) {
  const auto first = MakeListener();
  ASSERT_OK(first->Open({.host = "127.0.0.1", .port = 0}));
  int joined = 0;
  Listener second(io, [&](boost::asio::ip::tcp::socket) { ++joined; });
  ASSERT_OK(second.Join({.host = "127.0.0.1", .port = first->port()}));
  first->Start();
  second.Start();

  std::vector<std::unique_ptr<RawClient>> clients;
  for (int index = 0; index < 64; ++index) {
    clients.push_back(std::make_unique<RawClient>(first->port()));
  }
  io.run_for(20ms);

  EXPECT_EQ(sockets.size() + static_cast<std::size_t>(joined), 64U);
  EXPECT_GT(joined, 0);
  EXPECT_GT(sockets.size(), 0U);
}

TEST_F(ListenerTest, RefusesAHostThatIsNone) {
  const auto listener = MakeListener();

  EXPECT_THAT(listener->Open({.host = "999.1.1.1", .port = 0}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("999.1.1.1")));
}

TEST_F(ListenerTest, RefusesAnAddressOfAnotherMachine) {
  const auto listener = MakeListener();

  EXPECT_THAT(listener->Open({.host = "192.0.2.1", .port = 0}),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("192.0.2.1:0")));
}

TEST_F(ListenerTest, AcceptsWhatWaitsBeforeItCloses) {
  const auto listener = MakeListener();
  ASSERT_OK(listener->Open({.host = "127.0.0.1", .port = 0}));
  listener->Start();
  const RawClient client(listener->port());

  listener->Close();

  EXPECT_EQ(sockets.size(), 1U);
}

TEST_F(ListenerTest, RecoversWhenItHasRunOutOfDescriptors) {
  const auto listener = MakeListener();
  ASSERT_OK(listener->Open({.host = "127.0.0.1", .port = 0}));
  listener->Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int index = 0; index < 8; ++index) {
    clients.push_back(std::make_unique<RawClient>(listener->port()));
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest_free), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);

  io.run_for(10ms);

  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(sockets.size(), 0U);
  const RawClient after(listener->port());
  io.run_for(60ms);
  EXPECT_EQ(sockets.size(), 1U);
}

}  // namespace
}  // namespace slipway::api
