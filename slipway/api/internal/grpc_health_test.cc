// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_health.h"

#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/recording_stream.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(GrpcHealthTest, TellsOfTheServerItsServicesAndItsModels) {
  FakeService service;
  for (const char* name : {"", "inference.GRPCInferenceService", "grpc.health.v1.Health", "echo"}) {
    EXPECT_EQ(HealthOf(service, name), HealthCheckResponse::SERVING) << name;
  }
  service.SetReady(false);
  for (const char* name : {"", "inference.GRPCInferenceService", "echo"}) {
    EXPECT_EQ(HealthOf(service, name), HealthCheckResponse::NOT_SERVING) << name;
  }
  for (const char* name : {"other", "../x", "inference.Other"}) {
    EXPECT_THAT(HealthOf(service, name), FailsWith(ErrorCode::kNotFound, HasSubstr(name)));
  }
}

class GrpcHealthWatchTest : public ::testing::Test {
 protected:
  void Ask(const std::string& name) {
    HealthCheckRequest request;
    request.set_service(name);
    watch_.OnBody(Framed(request.SerializeAsString()));
  }
  std::vector<int> Said() {
    const std::string body = record_->TakeBody();
    watch_.OnSent(body.size());
    std::vector<int> said;
    for (const auto& response : Unframed<HealthCheckResponse>(body)) {
      said.push_back(response.status());
    }
    return said;
  }

  FakeService service_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics metrics_{registry_};
  const FrontContext context_{.metrics = metrics_, .clock = clock_};
  std::shared_ptr<StreamRecord> record_ = std::make_shared<StreamRecord>();
  GrpcHealthWatch watch_{
      service_,
      {.context = context_,
       .route = *MatchGrpc("/grpc.health.v1.Health/Watch", {Permission::kHealth}),
       .stream = std::make_unique<RecordingStream>(record_),
       .headers = {},
       .begin = clock_.Now(),
       .max_message_bytes = 1'000}};
};

TEST_F(GrpcHealthWatchTest, SaysHowItIsAndEachChange) {
  Ask("");
  watch_.OnBodyEnd();
  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::SERVING));
  watch_.OnTick({});
  EXPECT_THAT(Said(), IsEmpty());

  service_.SetReady(false);
  watch_.OnTick({});
  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::NOT_SERVING));
  service_.SetReady(true);
  watch_.OnTick({});
  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::SERVING));
  EXPECT_FALSE(record_->is_finished());
}

TEST_F(GrpcHealthWatchTest, WaitsForAServiceThatIsUnknown) {
  Ask("other");
  watch_.OnTick({});

  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::SERVICE_UNKNOWN));
  EXPECT_FALSE(record_->is_finished());
}

TEST_F(GrpcHealthWatchTest, SaysThatTheServerDrainsAndEnds) {
  Ask("");
  watch_.OnTick({});
  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::SERVING));
  service_.SetReady(false);
  watch_.OnTick({.draining = true});
  EXPECT_THAT(Said(), ElementsAre(HealthCheckResponse::NOT_SERVING));
  watch_.OnTick({.draining = true});

  EXPECT_EQ(record_->Trailer("grpc-status"), "14");
}

TEST_F(GrpcHealthWatchTest, TakesOneRequest) {
  Ask("");
  Ask("");

  EXPECT_EQ(record_->Trailer("grpc-status"), "3");
}

TEST_F(GrpcHealthWatchTest, RefusesWhatIsNoRequest) {
  watch_.OnBody(Framed("\xff"));

  EXPECT_EQ(record_->Trailer("grpc-status"), "3");
}

}  // namespace
}  // namespace slipway::api
