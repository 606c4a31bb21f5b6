// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/json_elements.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The bytes of a tensor of `dtype` whose "data" is `json`.
Result<std::string> BytesOf(std::string_view json, DataType dtype) {
  const simdjson::padded_string padded(json);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::array data;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_array().get(data) != simdjson::SUCCESS) {
    return InternalError("no array");
  }
  std::string bytes;
  SLIPWAY_TRY(AppendJsonElements(data, dtype, bytes));
  return bytes;
}

template <typename T>
std::vector<T> Elements(const std::string& bytes) {
  std::vector<T> elements(bytes.size() / sizeof(T));
  std::memcpy(elements.data(), bytes.data(), bytes.size());
  return elements;
}

TEST(JsonElementsTest, TakesIntegersToTheirLastDigit) {
  ASSERT_OK_AND_ASSIGN(const std::string lowest,
                       BytesOf("[-9223372036854775808]", DataType::kInt64));
  ASSERT_OK_AND_ASSIGN(const std::string highest,
                       BytesOf("[18446744073709551615]", DataType::kUint64));
  ASSERT_OK_AND_ASSIGN(const std::string small, BytesOf("[-128,127]", DataType::kInt8));

  EXPECT_THAT(Elements<std::int64_t>(lowest),
              ElementsAre(std::numeric_limits<std::int64_t>::min()));
  EXPECT_THAT(Elements<std::uint64_t>(highest),
              ElementsAre(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_THAT(Elements<std::int8_t>(small), ElementsAre(-128, 127));
}

TEST(JsonElementsTest, TakesDoublesToTheirLastDigit) {
  // Twenty digits without an exponent are how the shortest form of a double may look.
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       BytesOf("[0.1,123456789012345680000,-2.5e-308]", DataType::kFloat64));

  EXPECT_THAT(Elements<double>(bytes), ElementsAre(0.1, 123456789012345680000.0, -2.5e-308));
}

TEST(JsonElementsTest, TakesStringsWithNulInside) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes, BytesOf(R"(["a\u0000b",""])", DataType::kBytes));

  ASSERT_OK_AND_ASSIGN(const auto elements, SplitBytesElements(AsBytes(bytes), 2));
  EXPECT_THAT(elements, ElementsAre(std::string_view("a\0b", 3), ""));
}

TEST(JsonElementsTest, TakesNullAsNotANumber) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes, BytesOf("[null,1]", DataType::kFloat32));

  EXPECT_TRUE(std::isnan(Elements<float>(bytes)[0]));
  EXPECT_EQ(Elements<float>(bytes)[1], 1);
}

TEST(JsonElementsTest, FlattensNestedArrays) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes, BytesOf("[[true],[],[[false]]]", DataType::kBool));

  EXPECT_EQ(bytes, std::string("\1\0", 2));
}

TEST(JsonElementsTest, RefusesValuesThatTheTypeCannotHold) {
  const auto refused = FailsWith(ErrorCode::kInternal, HasSubstr("\"data\" has an element"));

  EXPECT_THAT(BytesOf("[128]", DataType::kInt8), refused);
  EXPECT_THAT(BytesOf("[-1]", DataType::kUint8), refused);
  EXPECT_THAT(BytesOf("[1.5]", DataType::kInt32), refused);
  EXPECT_THAT(BytesOf("[null]", DataType::kInt32), refused);
  EXPECT_THAT(BytesOf("[1]", DataType::kBool), refused);
  EXPECT_THAT(BytesOf(R"(["1"])", DataType::kFloat32), refused);
  EXPECT_THAT(BytesOf("[{}]", DataType::kFloat32), refused);
  EXPECT_THAT(BytesOf("[1]", DataType::kBytes), refused);
  EXPECT_THAT(BytesOf("[1]", DataType::kFloat16),
              FailsWith(ErrorCode::kInternal, HasSubstr("ask for binary tensors")));
}

TEST(JsonElementsTest, RefusesDeepNesting) {
  const std::string deep = std::string(17, '[') + "1" + std::string(17, ']');

  EXPECT_THAT(BytesOf(deep, DataType::kFloat32),
              FailsWith(ErrorCode::kInternal, HasSubstr("nested more than 16 deep")));
}

}  // namespace
}  // namespace slipway::api::client
