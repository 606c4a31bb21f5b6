// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http1_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace slipway::api {
namespace {

using Progress = Http1Parser::Progress;
using ::testing::HasSubstr;

constexpr std::string_view kHost = "Host: a\r\n";

// Feeds all of `bytes`, at most `step` at a time, as a session does.
void Feed(Http1Parser& parser, std::string_view bytes, std::size_t step = std::string::npos) {
  std::string unused;
  while (!bytes.empty() && parser.progress() < Progress::kDone) {
    unused += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    unused.erase(0, parser.Put(unused));
    while (!unused.empty() && parser.progress() < Progress::kDone) {
      const std::size_t used = parser.Put(unused);
      unused.erase(0, used);
      if (used == 0) break;
    }
  }
}

Refusal RefusalOf(std::string_view bytes, const TransportOptions& options = {}) {
  Http1Parser parser(options);
  Feed(parser, bytes);
  EXPECT_EQ(parser.progress(), Progress::kFailed) << bytes.substr(0, 200);
  return parser.refusal();
}

TEST(Http1ParserTest, ReadsARequestWhole) {
  const TransportOptions options;
  Http1Parser parser(options);
  const std::string bytes =
      "POST /v2/models/a%2Fb?x=1 HTTP/1.1\r\nHost: a\r\nX-Tag:  One two \r\n"
      "Content-Length: 5\r\n\r\nhello";

  EXPECT_EQ(parser.Put(bytes + "GET"), bytes.size());

  ASSERT_EQ(parser.progress(), Progress::kDone);
  EXPECT_EQ(parser.request().method, "POST");
  EXPECT_EQ(parser.request().target, "/v2/models/a%2Fb?x=1");
  EXPECT_EQ(parser.request().headers.Find("x-tag"), "One two");
  EXPECT_EQ(parser.request().body, "hello");
  EXPECT_TRUE(parser.wants_keep_alive());
}

TEST(Http1ParserTest, ReadsARequestByteByByte) {
  const TransportOptions options;
  Http1Parser parser(options);

  Feed(parser,
       "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n",
       1);

  ASSERT_EQ(parser.progress(), Progress::kDone);
  EXPECT_EQ(parser.request().body, "hello world");
  EXPECT_EQ(parser.request().headers.Find("x-trailer"), std::nullopt);
}

TEST(Http1ParserTest, KnowsWhetherTheConnectionStays) {
  const TransportOptions options;
  const auto stays = [&](std::string_view head) {
    Http1Parser parser(options);
    Feed(parser, head);
    return parser.wants_keep_alive();
  };

  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(Http1ParserTest, ReadsABigBodyStraightToItsPlace) {
  class Source final : public ByteSource {
   public:
    std::ptrdiff_t Read(MutableByteView into) override {
      const std::size_t size = std::min<std::size_t>(into.size(), 300'000);
      std::memset(into.data(), 'x', size);
      return static_cast<std::ptrdiff_t>(size);
    }
  };
  const TransportOptions options;
  Http1Parser parser(options);
  Feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  Source source;

  int reads = 0;
  for (; parser.direct_bytes() > 0; ++reads) parser.PutFrom(source);

  EXPECT_EQ(reads, 4);
  ASSERT_EQ(parser.progress(), Progress::kDone);
  EXPECT_EQ(parser.request().body, std::string(1'000'000, 'x'));
}

TEST(Http1ParserTest, TakesNoMemoryOnAPromise) {
  const TransportOptions options{.max_body_bytes = std::uint64_t{1} << 40U};
  Http1Parser parser(options);

  Feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n");

  EXPECT_EQ(parser.progress(), Progress::kBody);
  EXPECT_LE(parser.request().body.capacity(), std::size_t{8} << 20U);
}

TEST(Http1ParserTest, RefusesABodyOverTheLimitByItsAnnouncement) {
  const Refusal refusal = RefusalOf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n",
                                    {.max_body_bytes = 100});

  EXPECT_EQ(refusal.status, 413);
  EXPECT_THAT(refusal.message, HasSubstr("100 bytes"));
}

TEST(Http1ParserTest, RefusesChunksOverTheLimit) {
  const Refusal refusal = RefusalOf(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "40\r\n" +
          std::string(64, 'x') + "\r\n40\r\n",
      {.max_body_bytes = 100});

  EXPECT_EQ(refusal.status, 413);
}

TEST(Http1ParserTest, RefusesLengthsThatAreNone) {
  for (const char* length : {"-1", "1e9", "18446744073709551616", "", "1, 2", "0x10"}) {
    const std::string bytes =
        fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", length);
    EXPECT_EQ(RefusalOf(bytes).status, 400) << length;
  }
}

TEST(Http1ParserTest, RefusesTwoWaysToSayWhereTheBodyEnds) {
  EXPECT_EQ(RefusalOf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status,
            400);
  EXPECT_EQ(RefusalOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400);
}

TEST(Http1ParserTest, RefusesTransferCodingsThatItDoesNotKnow) {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", "xchunked"}) {
    const Refusal refusal = RefusalOf(
        fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {}\r\n\r\n", coding));
    EXPECT_EQ(refusal.status, 501) << coding;
    EXPECT_THAT(refusal.message, HasSubstr(coding));
  }
}

TEST(Http1ParserTest, RefusesALongTarget) {
  const TransportOptions options{.max_target_bytes = 100};
  const std::string target(101, 'x');

  EXPECT_EQ(RefusalOf("GET /" + target + " HTTP/1.1\r\nHost: a\r\n\r\n", options).status, 414);
  EXPECT_EQ(RefusalOf("GET /" + std::string(50'000, 'x')).status, 414);
}

TEST(Http1ParserTest, RefusesALongHeader) {
  const std::string field = "X-Long: " + std::string(17'000, 'x');

  EXPECT_EQ(RefusalOf(fmt::format("GET / HTTP/1.1\r\n{}{}", kHost, field)).status, 431);
  EXPECT_EQ(RefusalOf(fmt::format("GET / HTTP/1.1\r\n{}{}\r\n\r\n", kHost, field)).status, 431);
}

TEST(Http1ParserTest, RefusesALongHeaderThatComesInSmallPieces) {
  const TransportOptions options;
  Http1Parser parser(options);
  std::string bytes = "GET / HTTP/1.1\r\n";
  for (int field = 0; field < 90; ++field) bytes += "X-Some: " + std::string(300, 'x') + "\r\n";

  Feed(parser, bytes, 500);

  ASSERT_EQ(parser.progress(), Progress::kFailed);
  EXPECT_EQ(parser.refusal().status, 431);
}

TEST(Http1ParserTest, RefusesTooManyFields) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int field = 0; field < 100; ++field) bytes += "X: 1\r\n";

  const Refusal refusal = RefusalOf(bytes + "\r\n");

  EXPECT_EQ(refusal.status, 431);
  EXPECT_THAT(refusal.message, HasSubstr("more than 100"));
}

TEST(Http1ParserTest, RefusesAChunkHeaderThatDoesNotEnd) {
  const Refusal refusal =
      RefusalOf("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
                std::string(60'000, 'x'));

  EXPECT_EQ(refusal.status, 431);
}

TEST(Http1ParserTest, RefusesOtherVersions) {
  EXPECT_EQ(RefusalOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(RefusalOf("GET / HTTP/0.9\r\nHost: a\r\n\r\n").status, 505);
}

TEST(Http1ParserTest, RefusesARequestWithoutItsHost) {
  EXPECT_EQ(RefusalOf("GET / HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(RefusalOf("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status, 400);
}

TEST(Http1ParserTest, RefusesWhatIsNotHttp) {
  EXPECT_EQ(RefusalOf("\x16\x03\x01\x02\x00\x01").status, 400);
  EXPECT_EQ(RefusalOf("GET / HTTP/1.1\r\nHost : a\r\n\r\n").status, 400);
  EXPECT_EQ(RefusalOf(std::string_view("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29)).status, 400);
}

}  // namespace
}  // namespace slipway::api
