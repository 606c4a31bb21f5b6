// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/io_output.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace slipway::api {
namespace {

std::string Gathered(const OutputQueue& output) {
  std::array<iovec, 64> pieces{};
  std::string text;
  for (std::size_t index = 0; index < output.Gather(pieces); ++index) {
    text.append(static_cast<const char*>(pieces[index].iov_base), pieces[index].iov_len);
  }
  return text;
}

TEST(OutputQueueTest, JoinsSmallPieces) {
  OutputQueue output;
  output.text().append("head ");
  output.Append(std::string("body "));
  output.text().append("tail");

  std::array<iovec, 4> pieces{};
  EXPECT_EQ(output.Gather(pieces), 1U);
  EXPECT_EQ(Gathered(output), "head body tail");
  EXPECT_EQ(output.size(), 14U);
}

TEST(OutputQueueTest, SendsBigPiecesFromWhereTheyAre) {
  const auto owner = std::make_shared<const std::string>(100'000, 'x');
  OutputQueue output;
  output.text().append("head");
  output.Append(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  output.text().append("tail");

  std::array<iovec, 4> pieces{};
  ASSERT_EQ(output.Gather(pieces), 3U);
  EXPECT_EQ(pieces[1].iov_base, owner->data());
  EXPECT_EQ(Gathered(output), "head" + *owner + "tail");
}

TEST(OutputQueueTest, GivesBackWhatWasSent) {
  auto owner = std::make_shared<const std::string>(100'000, 'x');
  OutputQueue output;
  output.Append(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  output.text().append("tail");

  output.Consume(owner->size());

  EXPECT_EQ(owner.use_count(), 1);
  EXPECT_EQ(Gathered(output), "tail");
}

TEST(OutputQueueTest, GoesOnInTheMiddleOfAPiece) {
  OutputQueue output;
  output.text().append("abcdef");
  output.Consume(2);
  output.text().append("gh");

  EXPECT_EQ(Gathered(output), "cdefgh");
  EXPECT_EQ(output.size(), 6U);
  output.Consume(6);
  EXPECT_TRUE(output.empty());
}

TEST(OutputQueueTest, KeepsItsOrderOverManyPieces) {
  OutputQueue output;
  std::string sent;
  std::string expected;
  for (int round = 0; round < 500; ++round) {
    const std::string part(round % 3 == 0 ? 5'000 : 10, static_cast<char>('a' + round % 26));
    expected += part;
    output.Append(part);
    const std::string head = Gathered(output).substr(0, 1'500);
    sent += head;
    output.Consume(head.size());
  }
  while (!output.empty()) {
    const std::string head = Gathered(output);
    sent += head;
    output.Consume(head.size());
  }

  EXPECT_EQ(sent, expected);
}

TEST(OutputQueueTest, IsEmptyOnceCleared) {
  OutputQueue output;
  output.text().append("abc");
  output.Consume(1);
  output.Clear();

  EXPECT_TRUE(output.empty());
  output.text().append("x");
  EXPECT_EQ(Gathered(output), "x");
}

}  // namespace
}  // namespace slipway::api
