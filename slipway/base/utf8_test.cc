// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/utf8.h"

#include <gtest/gtest.h>

namespace slipway {
namespace {

TEST(Utf8Test, MeasuresWellFormedSequences) {
  EXPECT_EQ(Utf8SequenceLength("a"), 1);
  EXPECT_EQ(Utf8SequenceLength("\xc3\xa9z"), 2);
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82\xac"), 3);
  EXPECT_EQ(Utf8SequenceLength("\xf4\x8f\xbf\xbf"), 4);
  EXPECT_EQ(Utf8SequenceLength(""), 0);
}

TEST(Utf8Test, RefusesIllFormedSequences) {
  EXPECT_FALSE(IsUtf8("\x80")) << "a continuation byte alone";
  EXPECT_FALSE(IsUtf8("\xc0\xaf")) << "an overlong form of '/'";
  EXPECT_FALSE(IsUtf8("\xe0\x80\xaf")) << "a longer overlong form";
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80")) << "a surrogate";
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80")) << "above U+10FFFF";
  EXPECT_FALSE(IsUtf8("\xe2\x82")) << "cut short";
  EXPECT_FALSE(IsUtf8("ok\xff"));
  EXPECT_TRUE(IsUtf8("ok \xe2\x82\xac"));
}

}  // namespace
}  // namespace slipway
