// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/body_parts.h"

#include <gtest/gtest.h>

#include <memory>
#include <variant>

namespace slipway::api {
namespace {

SharedTensor TensorOfBytes(std::size_t size) {
  auto owner = std::make_shared<const std::string>(size, 'x');
  return {{DataType::kUint8, {static_cast<std::int64_t>(size)}, AsBytes(*owner)}, owner};
}

TEST(BodyPartsTest, JoinsTextAndShortTensors) {
  BodyParts body;
  body.text() += "a";
  body.Add(TensorOfBytes(3));
  body.text() += "b";

  const std::vector<BodyPart> parts = body.Take();

  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(std::get<std::string>(parts[0]), "axxxb");
}

TEST(BodyPartsTest, SharesLongTensors) {
  BodyParts body;
  const SharedTensor tensor = TensorOfBytes(4096);
  body.text() += "a";
  body.Add(tensor);
  body.Add(tensor);
  body.text() += "b";

  const std::vector<BodyPart> parts = body.Take();

  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(std::get<SharedBytes>(parts[1]).bytes.data(), tensor.view.bytes.data());
  EXPECT_EQ(std::get<SharedBytes>(parts[2]).owner, tensor.owner);
  EXPECT_EQ(std::get<std::string>(parts[3]), "b");
  EXPECT_TRUE(body.Take().empty());
}

}  // namespace
}  // namespace slipway::api
