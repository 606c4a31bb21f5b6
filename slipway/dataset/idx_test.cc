// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/idx.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/dataset/testing/idx_bytes.h"

#include <limits>
#include <string>

namespace slipway::dataset {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using std::string_literals::operator""s;

constexpr std::uint8_t kUint8Code = 0x08;

Result<Tensor> Parse(std::string_view bytes, const IdxLimits& limits = {}) {
  return ParseIdx(AsBytes(bytes), "images.idx", limits);
}

TEST(IdxTest, ReadsPlainBytes) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Parse(IdxBytes(kUint8Code, {2, 3}, "abcdef")));

  EXPECT_EQ(tensor.dtype(), DataType::kUint8);
  EXPECT_EQ(tensor.shape(), Shape({2, 3}));
  EXPECT_EQ(AsText(tensor.bytes()), "abcdef");
}

TEST(IdxTest, ReadsGzipWhateverTheName) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Parse(Gzip(IdxBytes(kUint8Code, {2, 3}, "abcdef"))));

  EXPECT_EQ(AsText(tensor.bytes()), "abcdef");
}

TEST(IdxTest, ReadsNoMoreThanIsWanted) {
  const std::string three = IdxBytes(kUint8Code, {3, 2}, "abcdef");
  for (const std::string& bytes : {three, Gzip(three)}) {
    ASSERT_OK_AND_ASSIGN(const Tensor two, Parse(bytes, {.max_samples = 2}));
    ASSERT_OK_AND_ASSIGN(const Tensor all, Parse(bytes, {.max_samples = 5}));

    EXPECT_EQ(two.shape(), Shape({2, 2}));
    EXPECT_EQ(AsText(two.bytes()), "abcd");
    EXPECT_EQ(all.shape(), Shape({3, 2}));
    EXPECT_TRUE(Parse(bytes, {.max_samples = std::numeric_limits<std::size_t>::max()}));
  }
}

TEST(IdxTest, ReadsEachElementType) {
  ASSERT_OK_AND_ASSIGN(const Tensor int8, Parse(IdxBytes(0x09, {2}, "\xff\x01"s)));
  ASSERT_OK_AND_ASSIGN(const Tensor int16, Parse(IdxBytes(0x0b, {2}, "\xff\xfe\x01\x02"s)));
  ASSERT_OK_AND_ASSIGN(const Tensor int32, Parse(IdxBytes(0x0c, {1}, "\x01\x02\x03\x04"s)));
  ASSERT_OK_AND_ASSIGN(const Tensor float32, Parse(IdxBytes(0x0d, {1}, "\x3f\xc0\0\0"s)));
  ASSERT_OK_AND_ASSIGN(const Tensor float64, Parse(IdxBytes(0x0e, {1}, "\xbf\xf8\0\0\0\0\0\0"s)));

  EXPECT_THAT(int8.elements<std::int8_t>(), ElementsAre(-1, 1));
  EXPECT_THAT(int16.elements<std::int16_t>(), ElementsAre(-2, 0x0102));
  EXPECT_THAT(int32.elements<std::int32_t>(), ElementsAre(0x01020304));
  EXPECT_THAT(float32.elements<float>(), ElementsAre(1.5F));
  EXPECT_THAT(float64.elements<double>(), ElementsAre(-1.5));
}

TEST(IdxTest, ReadsScalarsAndNothing) {
  ASSERT_OK_AND_ASSIGN(const Tensor scalar, Parse(IdxBytes(kUint8Code, {}, "a")));
  ASSERT_OK_AND_ASSIGN(const Tensor empty, Parse(IdxBytes(kUint8Code, {0, 28}, "")));

  EXPECT_EQ(scalar.shape(), Shape({}));
  EXPECT_EQ(empty.shape(), Shape({0, 28}));
}

TEST(IdxTest, RefusesWhatIsNotIdx) {
  EXPECT_THAT(Parse("GIF89a"),
              FailsWith(ErrorCode::kInvalidArgument,
                        "images.idx: not an IDX file: it begins with 47 49 46 38"));
  EXPECT_THAT(Parse("\0\0\x0a\x01\0\0\0\0"s),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("begins with 00 00 0a 01")));
  EXPECT_THAT(Parse(""), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("cut short")));
}

TEST(IdxTest, RefusesAFileCutShortAtEachByte) {
  const std::string whole = IdxBytes(kUint8Code, {2, 3}, "abcdef");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(Parse(whole.substr(0, length)),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("cut short")));
  }
}

TEST(IdxTest, RefusesMoreElementsThanTheHeaderSays) {
  const std::string longer = IdxBytes(kUint8Code, {2, 3}, "abcdefg");

  EXPECT_THAT(Parse(longer),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("1 bytes follow the last element")));
  EXPECT_THAT(Parse(Gzip(longer)), FailsWith(ErrorCode::kInvalidArgument,
                                             HasSubstr("more data follow the last element")));
}

TEST(IdxTest, BelievesNoHeaderThatTheFileCannotHold) {
  const std::string lying = IdxBytes(kUint8Code, {1U << 30U, 3}, "abc");

  EXPECT_THAT(Parse(lying),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("which is 3221225472 bytes, but")));
  EXPECT_THAT(Parse(Gzip(lying)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("which is 3221225472 bytes, but")));
}

TEST(IdxTest, KeepsToTheLimitAfterDecompression) {
  const std::string bomb = Gzip(IdxBytes(kUint8Code, {1000, 1000}, std::string(1'000'000, '\0')));

  EXPECT_LT(bomb.size(), 2000);
  EXPECT_THAT(Parse(bomb, {.max_bytes = 999'999}),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("at most 999999 bytes")));
  EXPECT_TRUE(Parse(bomb, {.max_bytes = 1'000'000}));
}

TEST(IdxTest, RefusesSizesThatOverflow) {
  constexpr std::uint32_t kLargest = 0xffffffff;

  EXPECT_THAT(Parse(IdxBytes(0x0e, {kLargest, kLargest}, "")),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("63 bits")));
  EXPECT_THAT(Parse(IdxBytes(0x0e, {kLargest, kLargest / 4}, "")),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("too large")));
  EXPECT_THAT(Parse(IdxBytes(kUint8Code, std::vector<std::uint32_t>(17, 1), "a")),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("17 dimensions")));
}

TEST(IdxTest, ReadsFiles) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "images";
  ASSERT_OK(WriteFileAtomically(path, AsBytes(IdxBytes(kUint8Code, {1}, "a"))));

  ASSERT_OK_AND_ASSIGN(const Tensor tensor, ReadIdx(path));

  EXPECT_EQ(AsText(tensor.bytes()), "a");
  EXPECT_THAT(ReadIdx(folder.path() / "none"), FailsWith(ErrorCode::kNotFound, HasSubstr("none")));
}

}  // namespace
}  // namespace slipway::dataset
