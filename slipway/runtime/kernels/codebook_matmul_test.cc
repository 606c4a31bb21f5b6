// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/codebook_matmul.h"

#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace slipway::kernels {
namespace {

using ::testing::HasSubstr;

// What `matrix` gives for `x`, in doubles.
std::vector<double> Reference(const CodedMatrix& matrix, const std::vector<float>& x,
                              const CodebookMatMulOptions& options) {
  const std::size_t rows = matrix.sizes.rows;
  const std::size_t columns = matrix.sizes.columns;
  const std::vector<double> weight = matrix.Decode();
  std::vector<double> y;
  for (std::size_t m = 0; m < x.size() / columns; ++m) {
    for (std::size_t r = 0; r < rows; ++r) {
      double sum = options.bias.empty() ? 0 : options.bias[r];
      for (std::size_t c = 0; c < columns; ++c) {
        sum += weight[r * columns + c] * x[m * columns + c];
      }
      y.push_back(options.activation == Activation::kRelu ? std::max(sum, 0.0) : sum);
    }
  }
  return y;
}

std::vector<float> Multiply(const CodebookMatMul& product, const std::vector<float>& x,
                            const ParallelFor& parallel_for = RunInOrder) {
  const std::size_t inputs = x.size() / product.columns();
  std::vector<float> y(inputs * product.rows(), std::numeric_limits<float>::quiet_NaN());
  product.Run(x.data(), inputs, y.data(), parallel_for);
  return y;
}

double SignalToNoise(const std::vector<double>& want, const std::vector<float>& got) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    signal += want[i] * want[i];
    noise += (want[i] - got[i]) * (want[i] - got[i]);
  }
  return 10 * std::log10(signal / std::max(noise, 1e-30));
}

// One case of many: everything about it comes from its seed.
struct RandomCase {
  explicit RandomCase(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto up_to = [&](std::size_t most) { return 1 + random() % most; };
    CodebookWeight sizes = {.rows = up_to(90), .columns = up_to(300), .bits = up_to(8)};
    sizes.entries = up_to(std::size_t{1} << sizes.bits);
    sizes.vector_length = random() % 2 == 0 ? 1 : up_to(9);
    sizes.stages = random() % 2 == 0 ? 1 : up_to(3);
    matrix = RandomCodedMatrix(
        sizes, {.scales = random() % 2 == 0, .column_order = random() % 2 == 0}, random());
    x = RandomNumbers(up_to(9) * sizes.columns, random());
    if (random() % 2 == 0) bias = RandomNumbers(sizes.rows, random());
    if (random() % 2 == 0) activation = Activation::kRelu;
  }

  CodebookMatMulOptions Options(InstructionSet set) const {
    return {.bias = bias, .activation = activation, .instruction_set = set};
  }

  CodedMatrix matrix;
  std::vector<float> x;
  std::vector<float> bias;
  Activation activation = Activation::kNone;
};

class CodebookMatMulTest : public ::testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!IsSupported(GetParam())) {
      GTEST_SKIP() << "no " << InstructionSetName(GetParam()) << " here";
    }
  }
};

TEST_P(CodebookMatMulTest, AgreesWithTheDecodedMatrixWhateverItsShape) {
  for (std::uint32_t seed = 0; seed < 150; ++seed) {
    const RandomCase random(seed);
    const CodebookMatMulOptions options = random.Options(GetParam());
    const auto product = CodebookMatMul::Create(random.matrix.View(), options);
    ASSERT_TRUE(product) << product.error();

    const std::vector<float> y = Multiply(*product, random.x);

    const std::vector<double> want = Reference(random.matrix, random.x, options);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], want[i], 1e-6 * static_cast<double>(product->columns()) + 1e-5)
          << "seed " << seed << ", output " << i;
    }
  }
}

TEST_P(CodebookMatMulTest, RoundsToBytesOnlyAsMuchAsBytesDo) {
  for (const std::size_t bits : {2U, 4U, 5U, 8U}) {
    const CodedMatrix matrix = RandomCodedMatrix(
        {.rows = 40, .columns = 500, .bits = bits, .entries = std::size_t{1} << bits}, {}, 1);
    const std::vector<float> x = RandomNumbers(6 * 500, 2);
    const CodebookMatMulOptions options = {.arithmetic = Arithmetic::kInt8,
                                           .instruction_set = GetParam()};
    const auto product = CodebookMatMul::Create(matrix.View(), options);
    ASSERT_TRUE(product) << product.error();

    EXPECT_GT(SignalToNoise(Reference(matrix, x, options), Multiply(*product, x)), 35) << bits;
  }
}

TEST_P(CodebookMatMulTest, DoesNotLetRoundedLevelsAddUpWithInputsOfOneSign) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 40, .columns = 1000}, {}, 1);
  std::vector<float> x = RandomNumbers(1000, 2);
  for (float& number : x) number = std::abs(number);
  const CodebookMatMulOptions options = {.arithmetic = Arithmetic::kInt8,
                                         .instruction_set = GetParam()};
  const auto product = CodebookMatMul::Create(matrix.View(), options);
  ASSERT_TRUE(product) << product.error();

  EXPECT_GT(SignalToNoise(Reference(matrix, x, options), Multiply(*product, x)), 38);
}

TEST_P(CodebookMatMulTest, MultipliesBytesAsThePortableImplementationDoes) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    RandomCase random(seed);
    random.matrix.sizes.vector_length = 1;
    random.matrix.sizes.stages = 1;
    random.matrix = RandomCodedMatrix(random.matrix.sizes, {}, seed);
    CodebookMatMulOptions options = random.Options(GetParam());
    options.arithmetic = Arithmetic::kInt8;
    const auto product = CodebookMatMul::Create(random.matrix.View(), options);
    options.instruction_set = InstructionSet::kPortable;
    const auto portable = CodebookMatMul::Create(random.matrix.View(), options);
    ASSERT_TRUE(product && portable);

    EXPECT_EQ(Multiply(*product, random.x), Multiply(*portable, random.x)) << "seed " << seed;
  }
}

TEST_P(CodebookMatMulTest, IsExactInBytesWhereLevelsAndInputsAreMultiplesOfSteps) {
  CodedMatrix matrix = RandomCodedMatrix({.rows = 33, .columns = 130}, {.scales = false}, 3);
  matrix.codebook = {-1, -0.5F, -0.25F, -0.125F, -0.0625F, -0.03125F, -0.015625F, 0,
                     1,  0.5F,  0.25F,  0.125F,  0.0625F,  0.03125F,  0.015625F,  0};
  std::vector<float> x(130);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 128);
  const CodebookMatMulOptions options = {.arithmetic = Arithmetic::kInt8,
                                         .instruction_set = GetParam()};
  const auto product = CodebookMatMul::Create(matrix.View(), options);
  ASSERT_TRUE(product) << product.error();

  const std::vector<float> y = Multiply(*product, x);

  const std::vector<double> want = Reference(matrix, x, options);
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(y[i], want[i]);
}

TEST_P(CodebookMatMulTest, GivesTheSameWhenTasksRunInAnotherOrder) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 1000, .columns = 1100}, {}, 4);
  const std::vector<float> x = RandomNumbers(5 * 1100, 5);
  const auto product = CodebookMatMul::Create(matrix.View(), {.instruction_set = GetParam()});
  ASSERT_TRUE(product) << product.error();
  std::size_t tasks = 0;

  const std::vector<float> backwards =
      Multiply(*product, x, [&](std::size_t count, const std::function<void(std::size_t)>& task) {
        tasks = count;
        for (std::size_t i = count; i-- > 0;) task(i);
      });

  EXPECT_GT(tasks, 1U);
  EXPECT_EQ(backwards, Multiply(*product, x));
}

TEST_P(CodebookMatMulTest, PassesOnWhatIsNotANumber) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 3, .columns = 64}, {}, 6);
  std::vector<float> x(64, 1.0F);
  x[5] = std::numeric_limits<float>::quiet_NaN();
  for (const Arithmetic arithmetic : {Arithmetic::kFloat, Arithmetic::kInt8}) {
    const auto product = CodebookMatMul::Create(
        matrix.View(),
        {.activation = Activation::kRelu, .arithmetic = arithmetic, .instruction_set = GetParam()});
    ASSERT_TRUE(product) << product.error();

    for (const float y : Multiply(*product, x)) EXPECT_TRUE(std::isnan(y));
  }
}

TEST_P(CodebookMatMulTest, TakesNoInputsAtAll) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 3, .columns = 20}, {}, 7);
  const auto product = CodebookMatMul::Create(matrix.View(), {.instruction_set = GetParam()});
  ASSERT_TRUE(product) << product.error();

  EXPECT_TRUE(Multiply(*product, {}).empty());
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, CodebookMatMulTest,
                         ::testing::Values(InstructionSet::kPortable, InstructionSet::kAvx2,
                                           InstructionSet::kAvx512, InstructionSet::kAvx512Vnni));

TEST(CodebookMatMulOptionsTest, RefusesABiasThatDoesNotFit) {
  const CodedMatrix matrix = RandomCodedMatrix({.rows = 3, .columns = 20}, {}, 8);
  const std::vector<float> bias(2);

  const auto product = CodebookMatMul::Create(matrix.View(), {.bias = bias});

  ASSERT_FALSE(product);
  EXPECT_EQ(product.error(), "bias has 2 elements: want 3");
}

TEST(CodebookMatMulOptionsTest, RefusesAWeightThatIsBroken) {
  CodedMatrix matrix = RandomCodedMatrix({.rows = 3, .columns = 20, .entries = 9}, {}, 9);
  matrix.packed_codes[0] = 0xFF;

  const auto product = CodebookMatMul::Create(matrix.View(), {});

  ASSERT_FALSE(product);
  EXPECT_THAT(product.error(), HasSubstr("there are 9 entries"));
}

}  // namespace
}  // namespace slipway::kernels
