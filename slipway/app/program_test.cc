// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/program.h"

#include "slipway/app/completion_command.h"
#include "slipway/app/options.h"
#include "slipway/app/testing/captured_terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Loads nothing and fails if it is told to.
class LaunchCommand final : public Command {
 public:
  std::string_view name() const override { return "launch"; }
  std::string_view summary() const override { return "Launch a ship"; }
  void AddOptions(Options& verb) override { verb.Add("--ship", ship_, "Her name").Required(); }
  Status Run(Terminal& terminal) override {
    if (ship_ == "lost") return NotFound("no ship called {:?}", ship_);
    terminal.Print("launched {}\n", ship_);
    return {};
  }

 private:
  std::string ship_;
};

class ProgramTest : public ::testing::Test {
 protected:
  ExitCode Run(std::vector<const char*> arguments) {
    std::vector<std::unique_ptr<Command>> commands;
    commands.push_back(std::make_unique<LaunchCommand>());
    commands.push_back(std::make_unique<CompletionCommand>());
    arguments.insert(arguments.begin(), "slipway");
    return RunProgram(arguments, commands, captured_.terminal());
  }

  CapturedTerminal captured_;
};

TEST_F(ProgramTest, RunsTheCommandThatIsNamed) {
  EXPECT_EQ(Run({"launch", "--ship", "tug"}), ExitCode::kSuccess);
  EXPECT_EQ(captured_.out(), "launched tug\n");
}

TEST_F(ProgramTest, PrintsTheErrorOfACommandAndItsCode) {
  EXPECT_EQ(Run({"launch", "--ship", "lost"}), ExitCode::kMissing);
  EXPECT_EQ(captured_.error(), "slipway launch: no ship called \"lost\"\n");
  EXPECT_THAT(captured_.out(), IsEmpty());
}

TEST_F(ProgramTest, RefusesWrongFlagsAndSaysWhich) {
  EXPECT_EQ(Run({"launch", "--ship", "tug", "--speed", "9"}), ExitCode::kWrongUse);
  EXPECT_THAT(captured_.error(), HasSubstr("--speed"));
}

TEST_F(ProgramTest, RefusesAnUnknownCommandByItsName) {
  EXPECT_EQ(Run({"sink"}), ExitCode::kWrongUse);
  EXPECT_THAT(captured_.error(), HasSubstr("no command \"sink\""));
}

TEST_F(ProgramTest, RefusesToRunWithoutACommand) { EXPECT_EQ(Run({}), ExitCode::kWrongUse); }

TEST_F(ProgramTest, ListsCommandsInItsHelp) {
  EXPECT_EQ(Run({"--help"}), ExitCode::kSuccess);
  EXPECT_THAT(captured_.out(), HasSubstr("launch"));
  EXPECT_THAT(captured_.out(), HasSubstr("Launch a ship"));
}

TEST_F(ProgramTest, CompletionScriptsKnowEveryCommandAndFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(Run({"completion", shell}), ExitCode::kSuccess) << shell;
  }
  EXPECT_THAT(captured_.out(), HasSubstr("compgen -W \"launch completion\""));
  EXPECT_THAT(captured_.out(), HasSubstr("launch) flags=\"--help --ship\""));
  EXPECT_THAT(captured_.out(), HasSubstr("__fish_seen_subcommand_from launch' -l ship"));
}

TEST_F(ProgramTest, RefusesToCompleteForAnUnknownShell) {
  EXPECT_EQ(Run({"completion", "cmd"}), ExitCode::kWrongUse);
}

}  // namespace
}  // namespace slipway::app
