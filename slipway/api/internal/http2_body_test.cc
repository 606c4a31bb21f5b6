// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http2_body.h"

#include <gtest/gtest.h>

#include <memory>

namespace slipway::api {
namespace {

std::string Copy(Http2Body& body, std::size_t size) {
  std::string text(size, '\0');
  body.CopyTo(std::as_writable_bytes(std::span(text)));
  return text;
}

TEST(Http2BodyTest, IsCutAcrossItsParts) {
  const auto owner = std::make_shared<const std::string>("shared");
  std::vector<BodyPart> parts;
  parts.emplace_back("own ");
  parts.emplace_back("");
  parts.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  Http2Body body(std::move(parts));

  EXPECT_EQ(body.remaining(), 10U);
  EXPECT_EQ(Copy(body, 2), "ow");
  EXPECT_EQ(Copy(body, 4), "n sh");
  EXPECT_EQ(Copy(body, 4), "ared");
  EXPECT_EQ(body.remaining(), 0U);
}

TEST(Http2BodyTest, MovesBigPiecesWithoutACopy) {
  const auto owner = std::make_shared<const std::string>(40'000, 'x');
  std::vector<BodyPart> parts;
  parts.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  Http2Body body(std::move(parts));
  OutputQueue output;

  body.MoveTo(output, 16'384);

  iovec piece{};
  ASSERT_EQ(output.Gather({&piece, 1}), 1U);
  EXPECT_EQ(piece.iov_base, owner->data());
  EXPECT_EQ(piece.iov_len, 16'384U);
  EXPECT_EQ(body.remaining(), 40'000U - 16'384U);
}

TEST(Http2BodyTest, GivesBackAPartThatIsOnItsWay) {
  auto owner = std::make_shared<const std::string>("shared");
  std::vector<BodyPart> parts;
  parts.emplace_back(SharedBytes{.bytes = AsBytes(*owner), .owner = owner});
  Http2Body body(std::move(parts));

  Copy(body, 6);

  EXPECT_EQ(owner.use_count(), 1);
}

}  // namespace
}  // namespace slipway::api
