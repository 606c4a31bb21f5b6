// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/warmup.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace slipway::serving {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

/// x, of this type, with rows of two elements.
ModelSignature SignatureOf(DataType dtype, std::int64_t max_batch_size = 8) {
  return {.max_batch_size = max_batch_size, .inputs = {{"x", dtype, {-1, 2}}}, .outputs = {}};
}

WarmupConfig Warmup(DataType dtype, decltype(WarmupInput::data) data) {
  return {.name = "w",
          .batch_size = 3,
          .count = 1,
          .inputs = {{.name = "x", .dtype = dtype, .dims = {2}, .data = std::move(data)}}};
}

class WarmupTest : public ::testing::Test {
 protected:
  void MakeFile(std::string_view bytes) {
    std::filesystem::create_directories(folder_.path() / "warmup");
    ASSERT_OK(WriteFileAtomically(folder_.path() / "warmup/raw", AsBytes(bytes)));
  }
  Result<WarmupSample> Make(const WarmupConfig& warmup, const ModelSignature& signature) const {
    return MakeWarmupSample(warmup, signature, folder_.path());
  }

  TemporaryFolder folder_;
};

TEST_F(WarmupTest, MakesZerosOfEachType) {
  for (const DataType dtype : {DataType::kBool, DataType::kInt64, DataType::kFloat16,
                               DataType::kFloat32, DataType::kBytes}) {
    const WarmupConfig warmup = Warmup(dtype, ZeroData{});

    ASSERT_OK_AND_ASSIGN(const WarmupSample sample, Make(warmup, SignatureOf(dtype)));

    EXPECT_EQ(sample.inputs[0].shape, Shape({3, 2}));
    EXPECT_THAT(sample.inputs[0].bytes, Each('\0'));
  }
}

TEST_F(WarmupTest, MakesRandomFractions) {
  const WarmupConfig warmup = Warmup(DataType::kFloat32, RandomData{});

  ASSERT_OK_AND_ASSIGN(const WarmupSample sample, Make(warmup, SignatureOf(DataType::kFloat32)));

  std::array<float, 6> values = {};
  ASSERT_EQ(sample.inputs[0].bytes.size(), sizeof(values));
  std::memcpy(values.data(), sample.inputs[0].bytes.data(), sizeof(values));
  EXPECT_THAT(values, Each(AllOf(Ge(0.0F), Lt(1.0F))));
  EXPECT_NE(values[0], values[1]);
}

TEST_F(WarmupTest, MakesRandomValuesThatEveryTypeTakes) {
  for (const DataType dtype : {DataType::kBool, DataType::kUint8, DataType::kInt64,
                               DataType::kFloat16, DataType::kFloat64, DataType::kBytes}) {
    const WarmupConfig warmup = Warmup(dtype, RandomData{});
    EXPECT_TRUE(Make(warmup, SignatureOf(dtype)).has_value()) << DataTypeName(dtype);
  }
}

TEST_F(WarmupTest, RepeatsTheRowOfAFile) {
  MakeFile("\x01\x02");
  const WarmupConfig warmup = Warmup(DataType::kUint8, FileData{"raw"});

  ASSERT_OK_AND_ASSIGN(const WarmupSample sample, Make(warmup, SignatureOf(DataType::kUint8)));

  EXPECT_EQ(sample.inputs[0].bytes, "\x01\x02\x01\x02\x01\x02");
}

TEST_F(WarmupTest, RefusesFilesOfAnotherSize) {
  MakeFile("123");

  EXPECT_THAT(Make(Warmup(DataType::kUint8, FileData{"raw"}), SignatureOf(DataType::kUint8)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"x\"")));
  EXPECT_THAT(Make(Warmup(DataType::kUint8, FileData{"none"}), SignatureOf(DataType::kUint8)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("none")));
}

TEST_F(WarmupTest, RefusesWhatTheModelDoesNotTake) {
  WarmupConfig other = Warmup(DataType::kFloat32, ZeroData{});
  other.inputs[0].name = "y";
  WarmupConfig none = Warmup(DataType::kFloat32, ZeroData{});
  none.inputs.clear();

  EXPECT_THAT(Make(other, SignatureOf(DataType::kFloat32)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"y\"")));
  EXPECT_THAT(Make(none, SignatureOf(DataType::kFloat32)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"x\" is missing")));
  EXPECT_THAT(Make(Warmup(DataType::kInt64, ZeroData{}), SignatureOf(DataType::kFloat32)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("float32")));
  EXPECT_THAT(Make(Warmup(DataType::kFloat32, ZeroData{}), SignatureOf(DataType::kFloat32, 0)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("does not batch")));
}

TEST_F(WarmupTest, RefusesInputsThatAreTooLarge) {
  WarmupConfig large = Warmup(DataType::kFloat32, ZeroData{});
  large.batch_size = std::int64_t{1} << 31U;

  EXPECT_THAT(Make(large, SignatureOf(DataType::kFloat32)),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("bytes")));
}

}  // namespace
}  // namespace slipway::serving
