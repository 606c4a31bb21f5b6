// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/codebook_weight.h"

#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::kernels {
namespace {

using ::testing::HasSubstr;

CodedMatrix SmallMatrix() {
  return RandomCodedMatrix(
      {.rows = 3, .columns = 7, .bits = 3, .vector_length = 2, .stages = 2, .entries = 6},
      {.scales = true, .column_order = true}, 1);
}

// The message with which `weight` is refused; empty if it is not.
std::string FaultOf(const CodebookWeight& weight) {
  const auto codes = UnpackWeight(weight);
  return codes ? "" : codes.error();
}

class CodebookWeightBitsTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CodebookWeightBitsTest, GivesBackTheCodesThatWerePacked) {
  const CodedMatrix matrix = RandomCodedMatrix(
      {.rows = 5, .columns = 11, .bits = GetParam(), .entries = std::size_t{1} << GetParam()}, {},
      2);

  const auto codes = UnpackWeight(matrix.View());

  ASSERT_TRUE(codes) << codes.error();
  EXPECT_EQ(*codes, matrix.plain_codes);
}

INSTANTIATE_TEST_SUITE_P(Bits, CodebookWeightBitsTest, ::testing::Range<std::size_t>(1, 9));

TEST(CodebookWeightTest, TakesCodesThatFillWholeGroupsOfBytes) {
  CodedMatrix matrix = SmallMatrix();
  matrix.packed_codes.resize(matrix.packed_codes.size() + 2);

  EXPECT_EQ(FaultOf(matrix.View()), "");
}

TEST(CodebookWeightTest, RefusesACodeWithoutAnEntry) {
  CodedMatrix matrix = SmallMatrix();
  matrix.plain_codes[5] = 6;
  matrix.packed_codes = PackBits(matrix.plain_codes, 3);

  EXPECT_EQ(FaultOf(matrix.View()), "code 5 is 6, but there are 6 entries");
}

TEST(CodebookWeightTest, RefusesSizesOutOfBounds) {
  const CodedMatrix matrix = SmallMatrix();
  const auto fault = [&](std::size_t CodebookWeight::* field, std::size_t value) {
    CodebookWeight weight = matrix.View();
    weight.*field = value;
    return FaultOf(weight);
  };
  constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();

  EXPECT_THAT(fault(&CodebookWeight::rows, 0), HasSubstr("N is 0: want 1 to"));
  EXPECT_THAT(fault(&CodebookWeight::rows, kHuge), HasSubstr("N is"));
  EXPECT_THAT(fault(&CodebookWeight::columns, 0), HasSubstr("K is 0"));
  EXPECT_THAT(fault(&CodebookWeight::columns, kHuge), HasSubstr("K is"));
  EXPECT_THAT(fault(&CodebookWeight::bits, 0), HasSubstr("bits is 0: want 1 to 8"));
  EXPECT_THAT(fault(&CodebookWeight::bits, kHuge), HasSubstr("bits is"));
  EXPECT_THAT(fault(&CodebookWeight::vector_length, 0), HasSubstr("vector_length is 0"));
  EXPECT_THAT(fault(&CodebookWeight::stages, 0), HasSubstr("stages is 0: want 1 to 16"));
  EXPECT_THAT(fault(&CodebookWeight::entries, 0), HasSubstr("entries is 0: want 1 to 8"));
  EXPECT_THAT(fault(&CodebookWeight::entries, 9), HasSubstr("entries is 9: want 1 to 8"));
}

TEST(CodebookWeightTest, RefusesTensorsThatDoNotFit) {
  const CodedMatrix matrix = SmallMatrix();
  CodebookWeight few_codes = matrix.View();
  few_codes.codes = few_codes.codes.subspan(1);
  CodebookWeight short_codebook = matrix.View();
  short_codebook.codebook = short_codebook.codebook.subspan(1);
  CodebookWeight few_scales = matrix.View();
  few_scales.scales = few_scales.scales.subspan(1);
  CodebookWeight short_order = matrix.View();
  short_order.column_order = short_order.column_order.subspan(1);

  EXPECT_EQ(FaultOf(few_codes), "codes have 8 bytes: 24 codes of 3 bits take 9");
  EXPECT_EQ(FaultOf(short_codebook), "codebook has 23 elements: want 24");
  EXPECT_EQ(FaultOf(few_scales), "scales has 2 elements: want 3");
  EXPECT_EQ(FaultOf(short_order), "column order has 6 elements: want 7");
}

TEST(CodebookWeightTest, RefusesAColumnOrderThatIsNone) {
  CodedMatrix twice = SmallMatrix();
  twice.column_order[1] = twice.column_order[0];
  CodedMatrix beyond = SmallMatrix();
  beyond.column_order[6] = 7;

  EXPECT_THAT(FaultOf(twice.View()), HasSubstr("twice or beyond the last"));
  EXPECT_EQ(FaultOf(beyond.View()), "column order names column 7 of 7 twice or beyond the last");
}

TEST(CodebookWeightTest, RefusesNumbersThatAreNotFinite) {
  CodedMatrix entry = SmallMatrix();
  entry.codebook[4] = std::numeric_limits<float>::quiet_NaN();
  CodedMatrix scale = SmallMatrix();
  scale.scales[2] = std::numeric_limits<float>::infinity();

  EXPECT_EQ(FaultOf(entry.View()), "codebook is not finite at 4");
  EXPECT_EQ(FaultOf(scale.View()), "scales is not finite at 2");
}

}  // namespace
}  // namespace slipway::kernels
