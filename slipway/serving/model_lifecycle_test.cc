// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_server.h"
#include "slipway/serving/testing/model_names.h"
#include "slipway/serving/testing/served_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace slipway::serving {
namespace {

using runtime::OnnxIdentity;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One line of an index: "fashion 1 READY" or "fashion 2 UNAVAILABLE".
std::string Line(const IndexEntry& entry) {
  constexpr std::array<std::string_view, 4> kNames = {"LOADING", "READY", "UNLOADING",
                                                      "UNAVAILABLE"};
  if (!entry.version) return entry.model.text();
  return fmt::format("{} {} {}", entry.model.text(), entry.version->number(),
                     kNames.at(static_cast<std::size_t>(*entry.state)));
}

class ModelLifecycleTest : public ServedModelsTest {
 protected:
  void StartByHand() { Start({.control = ModelControl::kExplicit}); }
  void MakeBrokenVersion(std::string_view model, int version) {
    MakeFile(fmt::format("{}/{}/model.onnx", model, version), "no model");
  }
  std::vector<std::string> Lines(bool ready_only = false) const {
    std::vector<std::string> lines;
    for (const IndexEntry& entry : server_->Index(ready_only)) lines.push_back(Line(entry));
    return lines;
  }
  std::string ReasonOf(const ModelName& model, VersionId version) const {
    for (const IndexEntry& entry : server_->Index(false)) {
      if (entry.model == model && entry.version == version) return entry.reason;
    }
    return "no such version";
  }
  /// The number of the version that answers; 0 if none does.
  std::int64_t AnsweringVersion(const ModelName& model) {
    const Result<InferResponse> response = InferAndWait(*server_, RequestFor(model));
    return response ? response->version.number() : 0;
  }
};

TEST_F(ModelLifecycleTest, LoadsNothingByHandUntilItIsTold) {
  MakeVersion("fashion", 3);
  StartByHand();
  EXPECT_TRUE(server_->IsReady());
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), false);
  EXPECT_THAT(Lines(), ElementsAre("fashion"));
  EXPECT_EQ(AnsweringVersion(kFashion), 0);

  ASSERT_OK(Load({.model = kFashion}));

  EXPECT_EQ(server_->IsModelReady(kFashion, {}), true);
  EXPECT_THAT(Lines(), ElementsAre("fashion 3 READY"));
  EXPECT_EQ(AnsweringVersion(kFashion), 3);
}

TEST_F(ModelLifecycleTest, LoadsWhatItIsToldAtTheStart) {
  MakeVersion("fashion", 1);
  MakeVersion("mnist", 1);
  Start({.control = ModelControl::kExplicit, .startup_models = {"mnist"}});

  EXPECT_THAT(Lines(), ElementsAre("fashion", "mnist 1 READY"));
}

TEST_F(ModelLifecycleTest, LoadsAllAtTheStartForAStar) {
  MakeVersion("fashion", 1);
  MakeVersion("mnist", 1);
  Start({.control = ModelControl::kExplicit, .startup_models = {"*"}});

  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY", "mnist 1 READY"));
}

TEST_F(ModelLifecycleTest, IsUnreadyWithoutAModelThatItIsToldToLoad) {
  Start({.control = ModelControl::kExplicit, .startup_models = {"absent"}});

  EXPECT_FALSE(server_->IsReady());
  ASSERT_THAT(server_->Index(false), SizeIs(1));
  EXPECT_THAT(server_->Index(false)[0].reason, HasSubstr("\"absent\""));
}

TEST_F(ModelLifecycleTest, RefusesOptionsThatContradictEachOther) {
  EXPECT_THAT(Create({.startup_models = {"fashion"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("--load-model fashion")));
  EXPECT_THAT(Create({.control = ModelControl::kExplicit, .startup_models = {"fashion", "*"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"*\"")));
  EXPECT_THAT(Create({.control = ModelControl::kExplicit, .startup_models = {"../x"}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("../x")));
}

TEST_F(ModelLifecycleTest, ChangesNothingUnlessControlledByHand) {
  MakeVersion("fashion", 1);
  for (const ModelControl control : {ModelControl::kNone, ModelControl::kPoll}) {
    Start({.control = control});

    EXPECT_THAT(Load({.model = kFashion}),
                FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("explicit")));
    EXPECT_THAT(Unload(kFashion), FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("explicit")));
  }
}

TEST_F(ModelLifecycleTest, KnowsNoModelThatIsNotInTheRepository) {
  StartByHand();

  EXPECT_THAT(Load({.model = kAbsent}), FailsWith(ErrorCode::kNotFound, HasSubstr("\"absent\"")));
  EXPECT_THAT(Unload(kAbsent), FailsWith(ErrorCode::kNotFound, HasSubstr("\"absent\"")));
  EXPECT_THAT(server_->IsModelReady(kAbsent, {}), FailsWith(ErrorCode::kNotFound, HasSubstr("")));
  EXPECT_THAT(Lines(), IsEmpty());
  EXPECT_TRUE(server_->IsReady());
}

TEST_F(ModelLifecycleTest, UnloadsAndLoadsAgain) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));

  ASSERT_OK(Unload(kFashion));

  EXPECT_THAT(Lines(), ElementsAre("fashion 1 UNAVAILABLE"));
  EXPECT_THAT(Lines(/*ready_only=*/true), IsEmpty());
  EXPECT_EQ(ReasonOf(kFashion, VersionId(1)), "unloaded");
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), false);
  EXPECT_THAT(InferAndWait(*server_, RequestFor(kFashion)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("not loaded")));
  EXPECT_TRUE(server_->IsReady());

  ASSERT_OK(Load({.model = kFashion}));
  EXPECT_EQ(AnsweringVersion(kFashion), 1);
}

TEST_F(ModelLifecycleTest, UnloadsWhatIsNotLoadedWithoutAFuss) {
  MakeVersion("fashion", 1);
  StartByHand();

  ASSERT_OK(Unload(kFashion));
  EXPECT_THAT(Lines(), ElementsAre("fashion"));
}

TEST_F(ModelLifecycleTest, AnswersWhatWasQueuedBeforeItUnloads) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  std::atomic<int> answers = 0;
  for (int i = 0; i < 3; ++i) {
    server_->Infer(RequestFor(kFashion), [&](const Result<InferResponse>& response) {
      if (response) ++answers;
    });
  }

  ASSERT_OK(Unload(kFashion));

  EXPECT_EQ(answers, 3);
  server_->RunQueued();
}

TEST_F(ModelLifecycleTest, ServesTheOldVersionUntilTheNewOneIsLoaded) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  MakeVersion("fashion", 2);
  engine_.HoldLoads();
  std::promise<Status> loaded;
  server_->Load({.model = kFashion}, [&](Status status) { loaded.set_value(std::move(status)); });
  engine_.AwaitHeldLoads(1);

  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY", "fashion 2 LOADING"));
  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  EXPECT_TRUE(server_->IsReady()) << "a model that serves while another version loads is ready";

  engine_.ReleaseLoads();
  ASSERT_OK(loaded.get_future().get());
  EXPECT_EQ(AnsweringVersion(kFashion), 2);
  ASSERT_OK(Load({.model = kFashion}));  // What the load before took out of service is gone now.
  EXPECT_THAT(Lines(), ElementsAre("fashion 1 UNAVAILABLE", "fashion 2 READY"));
}

TEST_F(ModelLifecycleTest, IsUnreadyWhileItsOnlyVersionLoads) {
  MakeVersion("fashion", 1);
  StartByHand();
  engine_.HoldLoads();
  std::promise<Status> loaded;
  server_->Load({.model = kFashion}, [&](Status status) { loaded.set_value(std::move(status)); });
  engine_.AwaitHeldLoads(1);

  EXPECT_FALSE(server_->IsReady());
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), false);
  EXPECT_THAT(Lines(), ElementsAre("fashion 1 LOADING"));
  EXPECT_THAT(InferAndWait(*server_, RequestFor(kFashion)),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("being loaded")));

  engine_.ReleaseLoads();
  ASSERT_OK(loaded.get_future().get());
  EXPECT_TRUE(server_->IsReady());
}

TEST_F(ModelLifecycleTest, KeepsTheLastGoodVersionWhenANewOneFails) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  MakeBrokenVersion("fashion", 2);

  EXPECT_THAT(Load({.model = kFashion}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("version 2")));

  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY", "fashion 2 UNAVAILABLE"));
  EXPECT_THAT(ReasonOf(kFashion, VersionId(2)), HasSubstr("not a usable ONNX model"));
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), true);
  EXPECT_EQ(server_->IsModelReady(kFashion, VersionId(2)), false);
  EXPECT_FALSE(server_->IsReady()) << "a version that should serve does not";
}

TEST_F(ModelLifecycleTest, ForgetsAVersionThatNeverLoadedOnceItIsNotWanted) {
  MakeVersion("fashion", 1);
  MakeBrokenVersion("fashion", 2);
  StartByHand();
  EXPECT_FALSE(Load({.model = kFashion}).has_value());
  std::filesystem::remove_all(path() / "fashion/2");

  ASSERT_OK(Load({.model = kFashion}));

  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY"));
  EXPECT_TRUE(server_->IsReady());
}

TEST_F(ModelLifecycleTest, KeepsServingWhenTheSameVersionCannotBeLoadedAgain) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  engine_.FailLoads(InvalidArgument("out of luck"));

  EXPECT_THAT(Load({.model = kFashion}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("out of luck")));

  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY"));
  EXPECT_EQ(ReasonOf(kFashion, VersionId(1)), "out of luck");
}

TEST_F(ModelLifecycleTest, KeepsServingWhenTheConfigurationBreaks) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  MakeFile("fashion/config.pbtxt", "max_batch_size: -3");

  EXPECT_FALSE(Load({.model = kFashion}).has_value());

  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  EXPECT_THAT(ReasonOf(kFashion, VersionId(1)), HasSubstr("max_batch_size is -3"));
}

TEST_F(ModelLifecycleTest, IsReadyInSpiteOfAFailureIfReadinessIsNotStrict) {
  MakeBrokenVersion("fashion", 1);
  Start({.strict_readiness = false});

  EXPECT_TRUE(server_->IsReady());
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), false);
}

TEST_F(ModelLifecycleTest, DoesNotStartWithAFailureIfToldSo) {
  MakeVersion("mnist", 1);
  MakeBrokenVersion("fashion", 1);

  EXPECT_THAT(Create({.exit_on_error = true}),
              FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("model \"fashion\"")));
}

TEST_F(ModelLifecycleTest, RefusesAModelThatTwoRepositoriesHaveAndServesTheRest) {
  MakeVersion("a/fashion", 1);
  MakeVersion("b/fashion", 1);
  MakeVersion("b/mnist", 1);
  Start({.repositories = {path() / "a", path() / "b"}});

  EXPECT_EQ(AnsweringVersion(kMnist), 1);
  EXPECT_THAT(
      InferAndWait(*server_, RequestFor(kFashion)),
      FailsWith(ErrorCode::kUnavailable, AllOf(HasSubstr("a/fashion"), HasSubstr("b/fashion"))));
}

TEST_F(ModelLifecycleTest, TakesTheConfigurationOfARequest) {
  MakeVersion("fashion", 1);
  MakeVersion("fashion", 2);
  StartByHand();

  ASSERT_OK(Load({.model = kFashion,
                  .config_json = R"({"max_batch_size": 3, "version_policy": {"all": {}}})"}));

  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY", "fashion 2 READY"));
  ASSERT_OK_AND_ASSIGN(const ConfigText config, server_->Config(kFashion, {}));
  EXPECT_THAT(config.json, HasSubstr("\"max_batch_size\":3"));
}

TEST_F(ModelLifecycleTest, ServesFilesOfARequestAndLeavesNoneBehind) {
  StartByHand();
  const auto count_folders = [] {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::temp_directory_path())) {
      if (entry.path().filename().string().starts_with("slipway-load-")) ++count;
    }
    return count;
  };
  const std::size_t before = count_folders();

  ASSERT_OK(Load({.model = kFashion,
                  .config_json = "{}",
                  .files = {{"4/model.onnx", OnnxIdentity(DataType::kFloat32, {-1, 2})}}}));

  EXPECT_EQ(AnsweringVersion(kFashion), 4);
  EXPECT_EQ(count_folders(), before);
}

TEST_F(ModelLifecycleTest, RefusesWrongRequestsToLoad) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  const std::string model = OnnxIdentity(DataType::kFloat32, {-1, 2});
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };

  EXPECT_THAT(Load({.model = kFashion, .files = {{"1/model.onnx", model}}}),
              refuses("no configuration"));
  EXPECT_THAT(Load({.model = kFashion, .config_json = R"({"max_bach_size": 1})"}),
              refuses("max_bach_size"));
  EXPECT_THAT(Load({.model = kFashion, .config_json = R"({"name": "mnist"})"}),
              refuses("\"mnist\""));
  for (const char* const file :
       {"../1/model.onnx", "1/../../model.onnx", "/1/model.onnx", "1//model.onnx", "model.onnx",
        "01/model.onnx", "1/.hidden", "1/", "", "x/model.onnx"}) {
    EXPECT_THAT(Load({.model = kFashion, .config_json = "{}", .files = {{file, model}}}),
                refuses("<version>/<file>"))
        << file;
  }
  EXPECT_THAT(Lines(), ElementsAre("fashion 1 READY"));
  EXPECT_EQ(ReasonOf(kFashion, VersionId(1)), "");
  EXPECT_TRUE(server_->IsReady());
}

TEST_F(ModelLifecycleTest, HandsTheEngineTheOptionsOfTheConfiguration) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/config.pbtxt",
           "parameters { key: 'intra_op_thread_count' value { string_value: '3' } }");
  Start();

  EXPECT_EQ(engine_.last_options().intra_op_threads, 3U);
}

TEST_F(ModelLifecycleTest, TakesNothingFromTheModelFileIfToldSo) {
  MakeVersion("fashion", 1);
  MakeVersion("mnist", 1);
  MakeFile("mnist/config.pbtxt",
           "input { name: 'x' data_type: TYPE_FP32 dims: [ -1, 2 ] }"
           "output { name: 'y' data_type: TYPE_FP32 dims: [ -1, 2 ] }");
  Start({.defaults = {.auto_complete = false}});

  EXPECT_THAT(ReasonOf(kFashion, VersionId(1)), HasSubstr("names no input"));
  EXPECT_EQ(AnsweringVersion(kMnist), 1);
}

TEST_F(ModelLifecycleTest, WarmsEachInstanceUpBeforeItServes) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/warmup/raw", std::string(8, '\0'));
  MakeFile("fashion/config.pbtxt", R"(
    instance_group { count: 2 }
    model_warmup {
      name: "file" batch_size: 5 count: 3
      inputs { key: "x" value { data_type: TYPE_FP32 dims: 2 input_data_file: "raw" } }
    })");
  Start();

  EXPECT_THAT(engine_.batch_sizes(), ElementsAre(5, 5, 5, 5, 5, 5));
  ASSERT_OK_AND_ASSIGN(const auto statistics, server_->Statistics(kFashion, {}));
  EXPECT_EQ(statistics[0].execution_count, 0U) << "clients asked for none of it";
}

TEST_F(ModelLifecycleTest, DoesNotServeAVersionWhoseWarmupFails) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/config.pbtxt", R"(
    model_warmup {
      name: "wrong" batch_size: 1
      inputs { key: "x" value { data_type: TYPE_FP32 dims: 3 zero_data: true } }
    })");
  Start();

  EXPECT_THAT(ReasonOf(kFashion, VersionId(1)),
              AllOf(HasSubstr("model_warmup \"wrong\""), HasSubstr("\"x\"")));
  EXPECT_FALSE(server_->IsReady());
}

TEST_F(ModelLifecycleTest, KnowsTheNamesOfClasses) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/config.pbtxt", "output { name: 'y' dims: 2 label_filename: 'labels.txt' }");
  MakeFile("fashion/labels.txt", "shirt\r\n\nshoe");
  Start();

  const ClassLabels labels = server_->Labels(kFashion, VersionId(1), "y");

  ASSERT_NE(labels, nullptr);
  EXPECT_THAT(*labels, ElementsAre("shirt", "", "shoe"));
  EXPECT_EQ(server_->Labels(kFashion, VersionId(1), "z"), nullptr);
  EXPECT_EQ(server_->Labels(kFashion, VersionId(2), "y"), nullptr);
}

TEST_F(ModelLifecycleTest, DoesNotLoadAModelWithoutItsLabels) {
  MakeVersion("fashion", 1);
  MakeFile("secret", "");
  for (const std::string_view name : {"none.txt", "../secret"}) {
    MakeFile("fashion/config.pbtxt",
             fmt::format("output {{ name: 'y' dims: 2 label_filename: '{}' }}", name));
    Start();
    EXPECT_THAT(ReasonOf(kFashion, VersionId(1)), HasSubstr(std::string(name)));
  }
}

TEST_F(ModelLifecycleTest, TellsTheStatisticsOfWhatItServes) {
  MakeVersion("fashion", 1);
  MakeVersion("mnist", 2);
  Start();
  EXPECT_EQ(AnsweringVersion(kMnist), 2);

  ASSERT_OK_AND_ASSIGN(const auto all, server_->Statistics({}, {}));
  ASSERT_OK_AND_ASSIGN(const auto one, server_->Statistics(kMnist, VersionId(2)));

  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].model, kFashion);
  EXPECT_EQ(all[0].success.count, 0U);
  EXPECT_EQ(all[0].last_inference.count(), 0);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].success.count, 1U);
  EXPECT_GT(one[0].last_inference.count(), 0);
  EXPECT_THAT(server_->Statistics(kAbsent, {}), FailsWith(ErrorCode::kNotFound, HasSubstr("")));
  EXPECT_THAT(server_->Statistics(kMnist, VersionId(3)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("version 3")));
}

TEST_F(ModelLifecycleTest, GoesOnCountingWhenAVersionIsLoadedAgain) {
  MakeVersion("fashion", 1);
  StartByHand();
  ASSERT_OK(Load({.model = kFashion}));
  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  ASSERT_OK(Unload(kFashion));
  ASSERT_OK(Load({.model = kFashion}));
  EXPECT_EQ(AnsweringVersion(kFashion), 1);

  ASSERT_OK_AND_ASSIGN(const auto statistics, server_->Statistics(kFashion, {}));

  EXPECT_EQ(statistics[0].success.count, 2U);
}

TEST_F(ModelLifecycleTest, RefusesChangesOnceItHasClosed) {
  MakeVersion("fashion", 1);
  StartByHand();
  server_->Close();

  EXPECT_THAT(Load({.model = kFashion}),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("shutting down")));
  EXPECT_THAT(Unload(kFashion), FailsWith(ErrorCode::kUnavailable, HasSubstr("shutting down")));
  EXPECT_FALSE(server_->IsReady());
}

}  // namespace
}  // namespace slipway::serving
