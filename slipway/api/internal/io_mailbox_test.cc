// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_mailbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace slipway::api {
namespace {

TEST(IoMailboxTest, WakesItsThreadOnceForManyLetters) {
  boost::asio::io_context io;
  int deliveries = 0;
  IoMailbox mailbox(io, [&] { ++deliveries; });

  mailbox.Post({});
  mailbox.Post({});
  io.poll();

  EXPECT_EQ(deliveries, 1);
  EXPECT_EQ(mailbox.Take().size(), 2U);
}

TEST(IoMailboxTest, WakesItsThreadAgainForTheNextLetter) {
  boost::asio::io_context io;
  std::size_t letters = 0;
  IoMailbox mailbox(io, [&] { letters += mailbox.Take().size(); });

  mailbox.Post({});
  io.poll();
  mailbox.Post({});
  io.restart();
  io.poll();

  EXPECT_EQ(letters, 2U);
}

TEST(IoMailboxTest, SleepsUntilALetterComes) {
  boost::asio::io_context io;
  IoMailbox mailbox(io, [] {});
  const auto now = std::chrono::steady_clock::now();
  EXPECT_FALSE(mailbox.WaitForLetters(now, std::chrono::microseconds(1)));
  const std::jthread writer([&mailbox] { mailbox.Post({}); });

  EXPECT_TRUE(mailbox.WaitForLetters(now + std::chrono::hours(1), std::chrono::microseconds(1)));
}

TEST(IoMailboxTest, DropsLettersOnceClosed) {
  boost::asio::io_context io;
  IoMailbox mailbox(io, [] {});
  mailbox.Post({});

  mailbox.Close();
  mailbox.Post({});

  EXPECT_TRUE(mailbox.Take().empty());
}

TEST(IoMailboxTest, AnswersFromAnotherThreadByLetter) {
  boost::asio::io_context io;
  const auto mailbox = std::make_shared<IoMailbox>(io, [] {});
  mailbox->Own();
  Responder respond = MakeResponder(std::make_shared<ConnectionHandle>(mailbox, nullptr), 7);

  std::jthread([&] {
    EXPECT_FALSE(mailbox->IsOwnThread());
    HttpResponse response;
    response.status = 204;
    respond(std::move(response));
  }).join();

  const std::vector<Letter> letters = mailbox->Take();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].id, 7U);
  EXPECT_EQ(letters[0].response.status, 204);
}

TEST(IoMailboxTest, DropsTheAnswerToAConnectionThatHasGone) {
  boost::asio::io_context io;
  const auto mailbox = std::make_shared<IoMailbox>(io, [] {});
  mailbox->Own();

  MakeResponder(std::make_shared<ConnectionHandle>(mailbox, nullptr), 7)(HttpResponse());

  EXPECT_TRUE(mailbox->Take().empty());
}

}  // namespace
}  // namespace slipway::api
