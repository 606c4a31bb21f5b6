// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/internal/byte_reader.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/testing/idx_bytes.h"

#include <array>

namespace slipway::dataset {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// Reads `count` bytes as text.
Result<std::string> ReadText(ByteReader& reader, std::size_t count) {
  std::string text(count, '\0');
  SLIPWAY_TRY(reader.Read(std::as_writable_bytes(std::span(text))));
  return text;
}

TEST(ByteReaderTest, ReadsPlainBytesInPieces) {
  const auto reader = NewByteReader(AsBytes("harbour"));

  EXPECT_EQ(ReadText(*reader, 4), "harb");
  EXPECT_EQ(reader->most_bytes_left(), 3);
  EXPECT_EQ(ReadText(*reader, 3), "our");
  EXPECT_TRUE(reader->ExpectEnd());
}

TEST(ByteReaderTest, ReadsGzipInPieces) {
  const std::string packed = Gzip("harbour");
  const auto reader = NewByteReader(AsBytes(packed));

  EXPECT_EQ(ReadText(*reader, 4), "harb");
  EXPECT_EQ(ReadText(*reader, 3), "our");
  EXPECT_TRUE(reader->ExpectEnd());
}

TEST(ByteReaderTest, ReadsNothingFromNothing) {
  const auto reader = NewByteReader({});

  EXPECT_EQ(ReadText(*reader, 0), "");
  EXPECT_TRUE(reader->ExpectEnd());
}

TEST(ByteReaderTest, SaysHowMuchIsMissing) {
  const std::string packed = Gzip("harbour");

  EXPECT_THAT(ReadText(*NewByteReader(AsBytes("harbour")), 9),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("9 more bytes are needed, 7 are")));
  EXPECT_THAT(ReadText(*NewByteReader(AsBytes(packed)), 9),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("lack 2 bytes")));
}

TEST(ByteReaderTest, RefusesWhatFollowsTheEnd) {
  const std::string packed = Gzip("harbour");
  const std::string longer = packed + "xy";
  const auto more_data = NewByteReader(AsBytes(packed));
  const auto more_file = NewByteReader(AsBytes(longer));
  ASSERT_OK(ReadText(*more_data, 6));
  ASSERT_OK(ReadText(*more_file, 7));

  EXPECT_THAT(more_data->ExpectEnd(),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("more data follow")));
  EXPECT_THAT(more_file->ExpectEnd(), FailsWith(ErrorCode::kInvalidArgument,
                                                HasSubstr("2 bytes follow the end of the gzip")));
}

TEST(ByteReaderTest, RefusesGzipCutShortAtEachByte) {
  const std::string packed = Gzip("harbour");
  for (std::size_t length = 2; length < packed.size(); ++length) {
    const auto reader = NewByteReader(AsBytes(packed).first(length));

    const bool whole = ReadText(*reader, 7).has_value() && reader->ExpectEnd().has_value();

    EXPECT_FALSE(whole) << "cut to " << length << " bytes";
  }
}

TEST(ByteReaderTest, NoticesAWrongChecksum) {
  std::string packed = Gzip("harbour");
  packed[packed.size() - 5] ^= 1;
  const auto reader = NewByteReader(AsBytes(packed));

  // Whether the checksum is reached with the last byte or after it is zlib's choice.
  std::array<std::byte, 7> text = {};
  Status read = reader->Read(text);
  if (read) read = reader->ExpectEnd();

  EXPECT_THAT(read, FailsWith(ErrorCode::kInvalidArgument, HasSubstr("incorrect data check")));
}

TEST(ByteReaderTest, BoundsWhatGzipCanBecome) {
  const std::string zeros(10'000'000, '\0');
  const std::string packed = Gzip(zeros);

  EXPECT_GE(NewByteReader(AsBytes(packed))->most_bytes_left(), zeros.size());
}

}  // namespace
}  // namespace slipway::dataset
