// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/http_response_reader.h"

#include "slipway/base/testing/assert_ok.h"

#include <vector>

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::uint64_t kMaxBody = 1'000;

struct Read {
  HttpResponseHead head;
  std::string body;
  std::size_t left = 0;  // Bytes behind the response.
  bool done = false;
};

// Feeds `bytes` to a reader, at most `step` at a time.
Result<Read> ReadInSteps(std::string_view bytes, std::size_t step) {
  HttpResponseReader reader(kMaxBody);
  Read read;
  while (!bytes.empty() && !reader.done()) {
    SLIPWAY_TRY_ASSIGN(const HttpProgress progress, reader.Take(bytes.substr(0, step)));
    read.body += progress.body;
    bytes.remove_prefix(progress.used);
  }
  read.head = reader.head();
  read.left = bytes.size();
  read.done = reader.done();
  return read;
}

Result<Read> ReadAll(std::string_view bytes) { return ReadInSteps(bytes, bytes.size()); }

TEST(HttpResponseReaderTest, FindsTheSameResponseHoweverItArrives) {
  const std::string response =
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
      "inference-header-content-length: 3\r\nCONTENT-LENGTH:  5 \r\n\r\nhelloNEXT";

  for (std::size_t step = 1; step <= response.size(); ++step) {
    ASSERT_OK_AND_ASSIGN(const Read read, ReadInSteps(response, step));
    EXPECT_TRUE(read.done);
    EXPECT_EQ(read.head.status, 200);
    EXPECT_EQ(read.head.json_size, 3U);
    EXPECT_TRUE(read.head.keeps_connection);
    EXPECT_EQ(read.body, "hello");
    EXPECT_EQ(read.left, 4U);
  }
}

TEST(HttpResponseReaderTest, JoinsChunksHoweverTheyArrive) {
  const std::string response =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nabc\r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nNEXT";

  for (std::size_t step = 1; step <= response.size(); ++step) {
    ASSERT_OK_AND_ASSIGN(const Read read, ReadInSteps(response, step));
    EXPECT_TRUE(read.done);
    EXPECT_EQ(read.body, "abc0123456789");
    EXPECT_EQ(read.left, 4U);
  }
}

TEST(HttpResponseReaderTest, SkipsInterimResponses) {
  ASSERT_OK_AND_ASSIGN(const Read read,
                       ReadAll("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));

  EXPECT_TRUE(read.done);
  EXPECT_EQ(read.head.status, 204);
}

TEST(HttpResponseReaderTest, ReadsToTheEndOfTheConnectionWithoutALength) {
  HttpResponseReader reader(kMaxBody);
  ASSERT_OK_AND_ASSIGN(const HttpProgress progress, reader.Take("HTTP/1.1 200 OK\r\n\r\nabc"));

  ASSERT_OK(reader.TakeEnd());

  EXPECT_EQ(progress.body, "abc");
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.head().keeps_connection);
}

TEST(HttpResponseReaderTest, KnowsWhetherTheConnectionStaysOpen) {
  ASSERT_OK_AND_ASSIGN(
      const Read closing,
      ReadAll("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_OK_AND_ASSIGN(const Read old, ReadAll("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_OK_AND_ASSIGN(
      const Read kept,
      ReadAll("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));

  EXPECT_FALSE(closing.head.keeps_connection);
  EXPECT_FALSE(old.head.keeps_connection);
  EXPECT_TRUE(kept.head.keeps_connection);
}

TEST(HttpResponseReaderTest, StartsAfreshAfterReset) {
  HttpResponseReader reader(kMaxBody);
  const std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
  ASSERT_OK(reader.Take(response));

  reader.Reset();
  ASSERT_OK_AND_ASSIGN(const HttpProgress progress, reader.Take(response));

  EXPECT_EQ(progress.body, "ab");
  EXPECT_TRUE(reader.done());
}

TEST(HttpResponseReaderTest, SaysWhetherAnAnswerHadBegunWhenTheConnectionEnded) {
  HttpResponseReader silent(kMaxBody);
  HttpResponseReader cut(kMaxBody);
  ASSERT_OK(cut.Take("HTTP/1.1 200"));

  EXPECT_TRUE(silent.untouched());
  EXPECT_THAT(silent.TakeEnd(), FailsWith(ErrorCode::kUnavailable, HasSubstr("without an answer")));
  EXPECT_FALSE(cut.untouched());
  EXPECT_THAT(cut.TakeEnd(), FailsWith(ErrorCode::kUnavailable, HasSubstr("in the middle")));
}

TEST(HttpResponseReaderTest, RefusesABodyAboveTheLimitBeforeItComes) {
  const auto too_large = FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1000 bytes"));

  EXPECT_THAT(ReadAll("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), too_large);
  EXPECT_THAT(ReadAll("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n" +
                      std::string(1'000, 'x') + "\r\n1\r\n"),
              too_large);
  EXPECT_THAT(ReadAll("HTTP/1.1 200 OK\r\n\r\n" + std::string(1'001, 'x')), too_large);
}

TEST(HttpResponseReaderTest, RefusesAnEndlessHead) {
  const std::string endless =
      "HTTP/1.1 200 OK\r\nX: " + std::string(2 * HttpResponseReader::kMaxHeadBytes, 'x');

  EXPECT_THAT(ReadInSteps(endless, 1'000), FailsWith(ErrorCode::kInternal, HasSubstr("65536")));
  EXPECT_THAT(ReadAll(endless), FailsWith(ErrorCode::kInternal, HasSubstr("65536")));
}

TEST(HttpResponseReaderTest, RefusesWhatIsNoResponse) {
  for (const std::string_view head :
       {"SSH-2.0-OpenSSH", "HTTP/2 200", "HTTP/1.1 2000 OK", "HTTP/1.1 20", "HTTP/1.1 099 X",
        "HTTP/1.1 200 OK\r\nno colon", "HTTP/1.1 200 OK\r\n: no name",
        "HTTP/1.1 200 OK\r\nContent-Length: -1", "HTTP/1.1 200 OK\r\nContent-Length: 1x",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\n"}) {
    EXPECT_THAT(ReadAll(std::string(head) + "\r\n\r\n"),
                FailsWith(ErrorCode::kInternal, HasSubstr("malformed HTTP response")))
        << head;
  }
}

}  // namespace
}  // namespace slipway::api::client
