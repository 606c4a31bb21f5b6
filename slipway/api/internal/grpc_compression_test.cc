// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_compression.h"

#include "slipway/api/testing/grpc_messages.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

Headers WithHeader(std::string_view name, std::string_view value) {
  Headers headers;
  headers.Add(name, value);
  return headers;
}

std::string CompressedMessage(const std::string& text, ContentCoding coding) {
  std::vector<BodyPart> parts;
  parts.emplace_back(Framed(text));
  const std::vector<BodyPart> compressed = CompressGrpcMessage(std::move(parts), coding);
  return std::get<std::string>(compressed.at(0));
}

TEST(GrpcCompressionTest, ReadsTheCodingOfTheRequest) {
  EXPECT_EQ(GrpcRequestCoding(WithHeader("grpc-encoding", "gzip")), ContentCoding::kGzip);
  EXPECT_EQ(GrpcRequestCoding(WithHeader("grpc-encoding", "deflate")), ContentCoding::kDeflate);
  EXPECT_THAT(GrpcRequestCoding(WithHeader("grpc-encoding", "snappy")),
              FailsWith(ErrorCode::kUnimplemented,
                        AllOf(HasSubstr("\"snappy\""), HasSubstr("identity, deflate, gzip"))));
  EXPECT_THAT(GrpcRequestCoding({}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("grpc-encoding")));
  EXPECT_THAT(GrpcRequestCoding(WithHeader("grpc-encoding", "identity")),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("grpc-encoding")));
}

TEST(GrpcCompressionTest, AnswersInACodingThatTheClientTakes) {
  EXPECT_EQ(GrpcResponseCoding(WithHeader("grpc-accept-encoding", "identity,deflate,gzip")),
            ContentCoding::kGzip);
  EXPECT_EQ(GrpcResponseCoding(WithHeader("grpc-accept-encoding", "identity, deflate")),
            ContentCoding::kDeflate);
  EXPECT_EQ(GrpcResponseCoding(WithHeader("grpc-accept-encoding", "identity")),
            ContentCoding::kIdentity);
  EXPECT_EQ(GrpcResponseCoding({}), ContentCoding::kIdentity);
}

TEST(GrpcCompressionTest, GivesBackWhatWasCompressed) {
  const std::string text(5'000, 'x');
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    const std::string compressed = CompressedMessage(text, coding);
    EXPECT_TRUE(IsCompressedGrpc(compressed));
    EXPECT_LT(compressed.size(), 200U);

    ASSERT_OK_AND_ASSIGN(const std::string plain,
                         DecompressGrpcMessage(compressed, coding, text.size()));
    EXPECT_EQ(plain, Framed(text));
  }
}

TEST(GrpcCompressionTest, LeavesSmallMessagesAsTheyAre) {
  EXPECT_EQ(CompressedMessage("small", ContentCoding::kGzip), Framed("small"));
}

TEST(GrpcCompressionTest, StopsABombAtTheLimit) {
  const std::string bomb = CompressedMessage(std::string(10'000'000, '\0'), ContentCoding::kGzip);

  EXPECT_THAT(DecompressGrpcMessage(bomb, ContentCoding::kGzip, 1'000'000),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1000000 bytes")));
}

TEST(GrpcCompressionTest, RefusesWhatIsNotWhole) {
  const std::string whole = CompressedMessage(std::string(5'000, 'x'), ContentCoding::kGzip);

  EXPECT_THAT(DecompressGrpcMessage(std::string_view(whole).substr(0, whole.size() - 1),
                                    ContentCoding::kGzip, 10'000),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("gRPC message")));
  std::string corrupt = whole;
  corrupt[20] = static_cast<char>(corrupt[20] ^ 0x55);
  EXPECT_FALSE(DecompressGrpcMessage(corrupt, ContentCoding::kGzip, 10'000));
}

}  // namespace
}  // namespace slipway::api
