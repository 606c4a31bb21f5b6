// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_message_reader.h"

#include "slipway/api/testing/grpc_messages.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Feeds `body` in pieces of `step` bytes and returns the messages.
std::vector<std::string> ReadAll(std::string_view body, std::size_t step) {
  GrpcMessageReader reader(1'000'000);
  std::vector<std::string> messages;
  while (!body.empty()) {
    reader.Add(body.substr(0, step));
    body.remove_prefix(std::min(step, body.size()));
    for (auto next = reader.Next(); next && *next; next = reader.Next()) messages.push_back(**next);
  }
  EXPECT_FALSE(reader.has_rest());
  return messages;
}

TEST(GrpcMessageReaderTest, CutsTheBodyHoweverItComes) {
  const std::string first = Framed("first");
  const std::string empty = Framed("");
  const std::string third = Framed(std::string(300, '3'));
  const std::string body = first + empty + third;
  for (std::size_t step = 1; step <= body.size(); ++step) {
    EXPECT_THAT(ReadAll(body, step), ElementsAre(first, empty, third)) << step;
  }
}

TEST(GrpcMessageReaderTest, SaysThatAMessageIsNotWhole) {
  GrpcMessageReader reader(100);
  reader.Add(Framed("whole") + "\0");
  ASSERT_OK_AND_ASSIGN(const auto whole, reader.Next());
  EXPECT_TRUE(whole);
  reader.Add(std::string_view("\0\0", 2));
  ASSERT_OK_AND_ASSIGN(const auto none, reader.Next());
  EXPECT_FALSE(none);
  EXPECT_TRUE(reader.has_rest());
}

TEST(GrpcMessageReaderTest, RefusesAMessageByItsPrefix) {
  GrpcMessageReader reader(100);
  reader.Add(std::string_view("\0\0\0\0\x65", 5));

  EXPECT_THAT(reader.Next(),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("101 bytes; the limit is 100")));
}

TEST(GrpcMessageReaderTest, RefusesAnUnknownFlag) {
  GrpcMessageReader reader(100);
  reader.Add(std::string_view("\2\0\0\0\0", 5));

  EXPECT_THAT(reader.Next(), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("flag 2")));
}

TEST(GrpcMessageReaderTest, PassesOnWhetherAMessageIsCompressed) {
  GrpcMessageReader reader(100);
  reader.Add(std::string_view("\1\0\0\0\1x", 6));

  ASSERT_OK_AND_ASSIGN(const auto message, reader.Next());
  EXPECT_EQ(message, std::string("\1\0\0\0\1x", 6));
}

}  // namespace
}  // namespace slipway::api
