// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/testing/assert_ok.h"
#include "slipway/serving/inference_service.h"
#include "slipway/serving/testing/model_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace slipway::serving {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// Answers each request from a thread of its own, or at once with an error.
class ThreadedService final : public InferenceService {
 public:
  void Infer(InferRequest request, InferCallback done) override {
    if (request.id == "wrong") return done(InvalidArgument("wrong"));
    thread_ = std::jthread([id = request.id, done = std::move(done)]() mutable {
      done(InferResponse{.model = kFashion, .version = VersionId(1), .id = id, .outputs = {}});
    });
  }
  WorkLeft RunQueued() override { return WorkLeft::kElsewhere; }
  bool IsLive() const override { return true; }
  bool IsReady() const override { return true; }
  Result<bool> IsModelReady(const ModelName& /*model*/,
                            const std::optional<VersionId>& /*version*/) const override {
    return true;
  }
  Result<ModelMetadata> Metadata(const ModelName& /*model*/,
                                 const std::optional<VersionId>& /*version*/) const override {
    return NotFound("none");
  }

 private:
  std::jthread thread_;
};

TEST(InferAndWaitTest, WaitsForAnAnswerFromAnotherThread) {
  ThreadedService service;
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK_AND_ASSIGN(
        const InferResponse response,
        InferAndWait(service, InferRequest{.model = kFashion, .id = fmt::format("{}", i)}));

    EXPECT_EQ(response.id, fmt::format("{}", i));
  }
}

TEST(InferAndWaitTest, ReturnsTheErrorOfARefusedRequest) {
  ThreadedService service;

  EXPECT_THAT(InferAndWait(service, InferRequest{.model = kFashion, .id = "wrong"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("wrong")));
}

}  // namespace
}  // namespace slipway::serving
