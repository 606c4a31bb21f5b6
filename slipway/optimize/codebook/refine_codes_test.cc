// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/refine_codes.h"

#include "slipway/optimize/codebook/level_set.h"
#include "slipway/optimize/codebook/second_moments.h"
#include "slipway/optimize/codebook/testing/normal_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>

namespace slipway::codebook {
namespace {

constexpr std::int64_t kRows = 6;
constexpr std::int64_t kColumns = 10;

// Moments of inputs whose columns follow one another.
std::vector<float> CorrelatedMoments() {
  std::vector<float> rows = Normal(11, 200 * kColumns);
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i] += 0.9F * rows[i - 1];
  SecondMoments moments(kColumns);
  moments.Add(rows);
  return moments.Matrix(0.01);
}

// A weight with codes and entries that have nothing to do with the target.
CodedWeight RandomWeight(unsigned seed, std::size_t length, std::size_t stages) {
  CodedWeight coded;
  coded.layout = RowsFirst(Shape({kRows, kColumns}));
  coded.vector_length = length;
  coded.stages = stages;
  coded.entries = 8;
  std::mt19937 random(seed);
  coded.codes.resize(stages * kRows * coded.positions());
  for (std::uint8_t& code : coded.codes) code = static_cast<std::uint8_t>(random() % 8);
  coded.codebook = Normal(seed, stages * coded.entries * length);
  return coded;
}

class RefineCodesTest : public ::testing::Test {
 protected:
  const std::vector<float> matrix_ = Normal(1, kRows* kColumns);
  const std::vector<float> moments_ = CorrelatedMoments();
  const CodingTarget target_ = {.matrix = matrix_, .moments = moments_};
};

TEST_F(RefineCodesTest, MeasuresTheErrorOfTheOutputs) {
  // Rows of inputs whose moments are known exactly, and the error of their products.
  const std::vector<float> inputs = Normal(4, 50 * kColumns);
  SecondMoments moments(kColumns);
  moments.Add(inputs);
  const std::vector<float> matrix_of_inputs = moments.Matrix(0);
  const CodedWeight coded = RandomWeight(3, 4, 2);
  const std::vector<float> decoded = DecodeMatrix(coded);
  double expected = 0;
  for (std::size_t x = 0; x < 50; ++x) {
    for (std::size_t r = 0; r < kRows; ++r) {
      double off = 0;
      for (std::size_t c = 0; c < kColumns; ++c) {
        off += (matrix_[r * kColumns + c] - decoded[r * kColumns + c]) * inputs[x * kColumns + c];
      }
      expected += off * off / 50;
    }
  }

  const double error = OutputError(coded, {.matrix = matrix_, .moments = matrix_of_inputs});

  EXPECT_NEAR(error, expected, 1e-4 * expected);
}

TEST_F(RefineCodesTest, MakesTheErrorSmallerRoundAfterRound) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    CodedWeight coded = RandomWeight(seed, 1 + seed % 4, 1 + seed % 2);
    if (seed % 3 == 1) coded.scales = {1, 2, 0.5F, 1, 0, 1};
    if (seed % 3 == 2) coded.column_order = {3, 1, 2, 0, 9, 8, 7, 6, 5, 4};
    double error = OutputError(coded, target_);
    const double start = error;
    for (int round = 0; round < 4; ++round) {
      const double refined = RefineCodes(coded, target_, {.rounds = 1, .fits_scales = true});
      EXPECT_LE(refined, error);
      EXPECT_NEAR(refined, OutputError(coded, target_), 1e-6 * start);
      error = refined;
    }
    EXPECT_LT(error, 0.5 * start) << seed;
  }
}

TEST_F(RefineCodesTest, FindsTheEntriesThatLeaveNoError) {
  const CodedWeight exact = RandomWeight(5, 2, 1);
  const std::vector<float> matrix = DecodeMatrix(exact);
  CodedWeight coded = exact;
  for (float& entry : coded.codebook) entry += 0.05F;
  const CodingTarget target = {.matrix = matrix, .moments = moments_};
  const double start = OutputError(coded, target);

  EXPECT_LT(RefineCodes(coded, target, {.rounds = 20}), 1e-3 * start);
}

TEST_F(RefineCodesTest, RefinesTheRowsOfEachGroupByItsOwnMoments) {
  CodedWeight coded = RandomWeight(7, 2, 1);
  coded.scales = {1, 2, 0.5F, 1, 1, 3};
  const std::vector<float> entries = coded.codebook;
  // Of the second group, inputs that do not depend on one another.
  std::vector<float> both = moments_;
  for (std::size_t i = 0; i < moments_.size(); ++i) both.push_back(i % (kColumns + 1) == 0 ? 1 : 0);
  const CodingTarget target = {.matrix = matrix_, .moments = both};
  CodedWeight second = coded;
  second.layout = RowsFirst(Shape({kRows / 2, kColumns}));
  second.codes.erase(second.codes.begin(), second.codes.begin() + std::ssize(second.codes) / 2);
  second.scales = {1, 1, 3};
  const std::size_t middle = matrix_.size() / 2;
  const CodingTarget of_second = {.matrix = std::span(matrix_).subspan(middle),
                                  .moments = std::span(both).subspan(moments_.size())};
  const RefineOptions options = {.rounds = 4, .moves_entries = false, .fits_scales = true};
  const double start = OutputError(coded, target);

  const double refined = RefineCodes(coded, target, options);
  RefineCodes(second, of_second, options);

  EXPECT_LT(refined, 0.8 * start);
  EXPECT_NEAR(refined, OutputError(coded, target), 1e-6 * start);
  EXPECT_EQ(coded.codebook, entries);
  EXPECT_TRUE(std::ranges::equal(std::span(coded.codes).last(second.codes.size()), second.codes));
  EXPECT_TRUE(std::ranges::equal(std::span(coded.scales).last(3), second.scales));
}

TEST_F(RefineCodesTest, LeavesFixedLevelsAsTheyAre) {
  CodedWeight coded = RandomWeight(2, 1, 1);
  const LevelSet set = LevelSet::PowersOfTwo(3);
  const auto levels = set.levels();
  coded.codebook.assign(levels.begin(), levels.end());
  coded.entries = levels.size();
  for (std::uint8_t& code : coded.codes) code = code % 7;
  coded.scales.assign(kRows, 2);
  const std::vector<float> before = coded.codebook;
  const double start = OutputError(coded, target_);

  const double error = RefineCodes(coded, target_, {.moves_entries = false, .fits_scales = true});

  EXPECT_EQ(coded.codebook, before);
  EXPECT_LT(error, start);
}

TEST_F(RefineCodesTest, IsBetterThanTheNearestLevelsOnCorrelatedInputs) {
  const LevelSet set = LevelSet::Uniform(3);
  CodedWeight coded;
  coded.layout = RowsFirst(Shape({kRows, kColumns}));
  coded.entries = set.levels().size();
  coded.codebook.assign(set.levels().begin(), set.levels().end());
  coded.scales.assign(kRows, 2);
  for (const float weight : matrix_) coded.codes.push_back(set.Nearest(weight / 2));
  const double nearest = OutputError(coded, target_);

  EXPECT_LT(RefineCodes(coded, target_, {.moves_entries = false}), 0.7 * nearest);
}

TEST_F(RefineCodesTest, KeepsEntriesThatFloat16Holds) {
  CodedWeight coded = RandomWeight(6, 2, 1);
  RoundCodebook(coded, CodebookStorage::kFloat16);

  RefineCodes(coded, target_, {});

  CodedWeight rounded = coded;
  RoundCodebook(rounded, CodebookStorage::kFloat16);
  EXPECT_EQ(rounded.codebook, coded.codebook);
}

}  // namespace
}  // namespace slipway::codebook
