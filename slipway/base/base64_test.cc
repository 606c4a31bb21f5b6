// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/base64.h"

#include "slipway/base/testing/assert_ok.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace slipway {
namespace {

TEST(Base64Test, SaysWhatTheSpecificationSays) {
  const std::vector<std::pair<std::string, std::string>> pairs = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : pairs) {
    std::string encoded;
    AppendBase64(encoded, AsBytes(bytes));
    EXPECT_EQ(encoded, text);
    ASSERT_OK_AND_ASSIGN(const std::string decoded, DecodeBase64(text));
    EXPECT_EQ(decoded, bytes);
  }
}

TEST(Base64Test, CarriesEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  std::string encoded = "x";
  AppendBase64(encoded, AsBytes(bytes));

  ASSERT_OK_AND_ASSIGN(const std::string decoded, DecodeBase64(encoded.substr(1)));

  EXPECT_EQ(decoded, bytes);
}

TEST(Base64Test, RefusesWhatIsNone) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9",
                           "Zm9\n", "Zm-_", "=Zg="}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

}  // namespace
}  // namespace slipway
