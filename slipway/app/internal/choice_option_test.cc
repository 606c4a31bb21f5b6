// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/internal/choice_option.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace slipway::app {
namespace {

using ::testing::HasSubstr;

enum class Sail : std::uint8_t { kMain, kJib };

class ChoiceOptionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options(program_);
    AddChoice<Sail>(options, "--sail", sail_,
                    {.help = "What to set", .names = {{"main", Sail::kMain}, {"jib", Sail::kJib}}});
  }

  void Parse(const std::string& line) { program_.parse(line); }

  CLI::App program_;
  Sail sail_ = Sail::kJib;
};

TEST_F(ChoiceOptionTest, SetsWhatIsNamed) {
  Parse("--sail main");
  EXPECT_EQ(sail_, Sail::kMain);
}

TEST_F(ChoiceOptionTest, LeavesTheDefaultAlone) {
  Parse("");
  EXPECT_EQ(sail_, Sail::kJib);
}

TEST_F(ChoiceOptionTest, ShowsTheNamesAndTheDefaultInTheHelp) {
  EXPECT_THAT(program_.help(), HasSubstr("--sail main|jib=jib"));
}

TEST_F(ChoiceOptionTest, RefusesOtherNamesAndListsThoseItKnows) {
  try {
    Parse("--sail spinnaker");
    FAIL() << "took it";
  } catch (const CLI::ParseError& why) {
    EXPECT_THAT(why.what(), HasSubstr("--sail: \"spinnaker\" is none of main, jib"));
  }
}

}  // namespace
}  // namespace slipway::app
