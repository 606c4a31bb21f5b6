// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_server.h"
#include "slipway/serving/testing/model_names.h"
#include "slipway/serving/testing/served_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A server that follows its repository, as the kernel tells it and as soon as it is told.
class ModelPollTest : public ServedModelsTest {
 protected:
  void StartToPoll() {
    Start({.control = ModelControl::kPoll, .settle_time = 1ms, .poll_interval = 0ms});
  }
  /// Whether `condition` comes true in good time.
  static bool Comes(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  std::int64_t AnsweringVersion(const ModelName& model) {
    const Result<InferResponse> response = InferAndWait(*server_, RequestFor(model));
    return response ? response->version.number() : 0;
  }
  std::string ReasonsOf(const ModelName& model) const {
    std::string reasons;
    for (const IndexEntry& entry : server_->Index(false)) {
      if (entry.model == model) reasons += entry.reason;
    }
    return reasons;
  }
};

TEST_F(ModelPollTest, LoadsModelsThatAppear) {
  MakeVersion("fashion", 1);
  StartToPoll();
  EXPECT_EQ(AnsweringVersion(kFashion), 1);

  MakeVersion("mnist", 7);

  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kMnist) == 7; }));
}

TEST_F(ModelPollTest, SwapsToVersionsThatAppearAndBack) {
  MakeVersion("fashion", 1);
  StartToPoll();

  MakeVersion("fashion", 2);
  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kFashion) == 2; }));
  std::filesystem::remove_all(path() / "fashion/2");

  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kFashion) == 1; }));
}

TEST_F(ModelPollTest, UnloadsModelsThatDisappear) {
  MakeVersion("fashion", 1);
  MakeVersion("mnist", 1);
  StartToPoll();

  std::filesystem::remove_all(path() / "fashion");

  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kFashion) == 0; }));
  EXPECT_EQ(AnsweringVersion(kMnist), 1);
  EXPECT_TRUE(server_->IsReady());
}

TEST_F(ModelPollTest, LoadsAnewWhatIsChanged) {
  MakeVersion("fashion", 1);
  StartToPoll();

  MakeFile("fashion/config.pbtxt", "max_batch_size: 5");

  EXPECT_TRUE(Comes([&] {
    const Result<ConfigText> config = server_->Config(kFashion, {});
    return config && config->json.find("\"max_batch_size\":5") != std::string::npos;
  }));
}

TEST_F(ModelPollTest, LeavesAloneWhatIsNotChanged) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/config.pbtxt", "version_policy { all {} }");
  MakeVersion("mnist", 1);
  StartToPoll();
  EXPECT_EQ(engine_.load_count(), 2U);

  MakeVersion("fashion", 2);

  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kFashion) == 2; }));
  EXPECT_EQ(engine_.load_count(), 3U);
}

TEST_F(ModelPollTest, KeepsTheOldVersionWhileTheNewOneIsHalfCopied) {
  const std::string whole = runtime::OnnxIdentity(DataType::kFloat32, {-1, 2});
  MakeVersion("fashion", 1);
  StartToPoll();

  MakeFile("fashion/2/model.onnx", std::string_view(whole).substr(0, whole.size() / 2));
  EXPECT_TRUE(Comes([&] { return !ReasonsOf(kFashion).empty(); }));
  EXPECT_EQ(AnsweringVersion(kFashion), 1);
  MakeFile("fashion/2/model.onnx", whole);

  EXPECT_TRUE(Comes([&] { return AnsweringVersion(kFashion) == 2; }));
  EXPECT_TRUE(Comes([&] { return server_->IsReady(); }));
}

}  // namespace
}  // namespace slipway::serving
