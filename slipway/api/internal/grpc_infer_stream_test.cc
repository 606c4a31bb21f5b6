// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_infer_stream.h"

#include "slipway/api/internal/grpc_compression.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/recording_stream.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace slipway::api {
namespace {

using namespace std::chrono_literals;
using inference::ModelStreamInferResponse;
using ::testing::HasSubstr;

const Route& StreamRoute() {
  return *MatchGrpc("/inference.GRPCInferenceService/ModelStreamInfer", {Permission::kInference});
}

std::string RequestOf(const std::string& id, const std::string& model = "echo",
                      const std::string& data = "abcd") {
  inference::ModelInferRequest message;
  message.set_model_name(model);
  message.set_id(id);
  auto& input = *message.add_inputs();
  input.set_name("x");
  input.set_datatype("UINT8");
  input.add_shape(static_cast<std::int64_t>(data.size()));
  message.add_raw_input_contents(data);
  return Framed(message.SerializeAsString());
}

class GrpcInferStreamTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open(Headers headers = {}, std::optional<SteadyTime> deadline = std::nullopt) {
    record_ = std::make_shared<StreamRecord>();
    stream_ = std::make_shared<GrpcInferStream>(
        parts_, GrpcStreamCall{.context = context_,
                               .route = StreamRoute(),
                               .stream = std::make_unique<RecordingStream>(record_),
                               .headers = std::move(headers),
                               .begin = clock_.Now(),
                               .deadline = deadline,
                               .max_message_bytes = 1'000'000});
  }
  /// The messages sent since the last call, which then have left.
  std::vector<ModelStreamInferResponse> Answers() {
    const std::string body = record_->TakeBody();
    stream_->OnSent(body.size());
    return Unframed<ModelStreamInferResponse>(body);
  }
  std::string Metrics() { return registry_.PrometheusText(); }

  FakeService service_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics metrics_{registry_};
  const FrontContext context_{.metrics = metrics_, .clock = clock_};
  const FrontParts parts_{.service = service_, .registry = registry_, .context = context_};
  std::shared_ptr<StreamRecord> record_;
  std::shared_ptr<GrpcInferStream> stream_;
};

TEST_F(GrpcInferStreamTest, CompressesAnswersForThoseWhoCompressRequests) {
  Headers headers;
  headers.Add("grpc-encoding", "gzip");
  headers.Add("grpc-accept-encoding", "identity,gzip");
  Open(headers);
  EXPECT_EQ(record_->head()->headers.Find("grpc-encoding"), "gzip");

  stream_->OnBody(RequestOf("1", "echo", std::string(5'000, 'a')));
  service_.RunQueued();

  const std::string body = record_->TakeBody();
  EXPECT_TRUE(IsCompressedGrpc(body));
  EXPECT_LT(body.size(), 500U);
  stream_->OnSent(body.size());
  ASSERT_OK_AND_ASSIGN(const std::string plain,
                       DecompressGrpcMessage(body, ContentCoding::kGzip, 10'000));
  const auto answers = Unframed<ModelStreamInferResponse>(plain);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].infer_response().raw_output_contents(0), std::string(5'000, 'a'));
}

TEST_F(GrpcInferStreamTest, CompressesNothingThatTheClientCannotRead) {
  Headers headers;
  headers.Add("grpc-encoding", "gzip");
  Open(headers);
  EXPECT_FALSE(record_->head()->headers.Find("grpc-encoding").has_value());

  stream_->OnBody(RequestOf("1", "echo", std::string(5'000, 'a')));
  service_.RunQueued();

  EXPECT_EQ(Answers().size(), 1U);
}

TEST_F(GrpcInferStreamTest, StartsTheResponseAtOnce) {
  ASSERT_TRUE(record_->head());
  EXPECT_EQ(record_->head()->headers.Find("content-type"), "application/grpc");
}

TEST_F(GrpcInferStreamTest, AnswersEachRequest) {
  stream_->OnBody(RequestOf("1") + RequestOf("2", "echo", "xyz"));
  service_.RunQueued();
  const auto answers = Answers();

  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].error_message(), "");
  EXPECT_EQ(answers[0].infer_response().id(), "1");
  EXPECT_EQ(answers[0].infer_response().model_version(), "10");
  EXPECT_EQ(answers[0].infer_response().raw_output_contents(0), "abcd");
  EXPECT_TRUE(answers[0].infer_response().parameters().at("triton_final_response").bool_param());
  EXPECT_EQ(answers[1].infer_response().id(), "2");
  EXPECT_EQ(answers[1].infer_response().raw_output_contents(0), "xyz");
  EXPECT_FALSE(record_->is_finished());
}

TEST_F(GrpcInferStreamTest, SendsLargeTensorsWhole) {
  const std::string data(100'000, 'd');
  stream_->OnBody(RequestOf("1", "echo", data));
  service_.RunQueued();
  const auto answers = Answers();

  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].infer_response().raw_output_contents(0), data);
}

TEST_F(GrpcInferStreamTest, EndsWhenAllHasBeenAnswered) {
  stream_->OnBody(RequestOf("1"));
  stream_->OnBodyEnd();
  EXPECT_FALSE(record_->is_finished());

  service_.RunQueued();
  EXPECT_FALSE(record_->is_finished()) << "the answer has not left";
  EXPECT_EQ(Answers().size(), 1U);

  EXPECT_EQ(record_->Trailer("grpc-status"), "0");
  EXPECT_THAT(Metrics(), HasSubstr("code=\"OK\",protocol=\"grpc\",route=\"/inference."
                                   "GRPCInferenceService/ModelStreamInfer\"} 1"));
}

TEST_F(GrpcInferStreamTest, EndsAnEmptyStream) {
  stream_->OnBodyEnd();

  EXPECT_EQ(record_->Trailer("grpc-status"), "0");
}

TEST_F(GrpcInferStreamTest, SaysErrorsInsideAndLivesOn) {
  stream_->OnBody(RequestOf("1", "other") + Framed("\xff\xff") + RequestOf("3"));
  service_.RunQueued();
  const auto answers = Answers();

  ASSERT_EQ(answers.size(), 3U);
  EXPECT_THAT(answers[0].error_message(), HasSubstr("\"other\" is unknown"));
  EXPECT_EQ(answers[0].infer_response().id(), "1");
  EXPECT_THAT(answers[1].error_message(), HasSubstr("not a valid protobuf message"));
  EXPECT_EQ(answers[2].error_message(), "");
  EXPECT_EQ(answers[2].infer_response().id(), "3");
}

TEST_F(GrpcInferStreamTest, EndsWithAnErrorIfTheClientWantsSo) {
  Headers headers;
  headers.Add("triton_grpc_error", "true");
  Open(std::move(headers));
  stream_->OnBody(RequestOf("1", "other") + RequestOf("2"));

  EXPECT_EQ(record_->Trailer("grpc-status"), "5");
  EXPECT_THAT(*record_->Trailer("grpc-message"), HasSubstr("other"));
  EXPECT_TRUE(Answers().empty());
}

TEST_F(GrpcInferStreamTest, TakesTheParameterForEmptyFinalAnswers) {
  inference::ModelInferRequest message;
  message.ParseFromString(RequestOf("1").substr(kGrpcPrefixBytes));
  auto& parameter = (*message.mutable_parameters())["triton_enable_empty_final_response"];
  parameter.set_bool_param(true);
  stream_->OnBody(Framed(message.SerializeAsString()));
  parameter.set_string_param("yes");
  stream_->OnBody(Framed(message.SerializeAsString()));
  service_.RunQueued();
  const auto answers = Answers();

  ASSERT_EQ(answers.size(), 2U);
  EXPECT_THAT(answers[0].error_message(), HasSubstr("is no bool"));
  EXPECT_EQ(answers[1].error_message(), "") << "one answer, which is the last";
}

TEST_F(GrpcInferStreamTest, ReadsNoMoreThanItMayWorkOn) {
  std::string body;
  for (int id = 0; id < 2 * GrpcStream::kMaxInWork; ++id) body += RequestOf(std::to_string(id));
  stream_->OnBody(body);
  EXPECT_EQ(record_->consumed(), 0U);
  service_.RunQueued();
  EXPECT_EQ(Answers().size(), std::size_t{GrpcStream::kMaxInWork});
  EXPECT_EQ(record_->consumed(), 0U);

  service_.RunQueued();
  EXPECT_EQ(Answers().size(), std::size_t{GrpcStream::kMaxInWork});
  EXPECT_EQ(record_->consumed(), body.size());
}

TEST_F(GrpcInferStreamTest, ReadsNoMoreWhileTheClientDoesNot) {
  const std::string request = RequestOf("1", "echo", std::string(900'000, 'x'));
  for (int index = 0; index < 5; ++index) {
    stream_->OnBody(request);
    service_.RunQueued();
  }
  const std::string unsent = record_->TakeBody();
  EXPECT_LT(unsent.size(), 2'000'000U) << "two answers pass the bound";
  EXPECT_EQ(record_->consumed(), 2 * request.size());

  stream_->OnSent(unsent.size());
  service_.RunQueued();
  EXPECT_FALSE(record_->TakeBody().empty());
}

TEST_F(GrpcInferStreamTest, GivesBackTheBytesOfAMessageThatIsNotWhole) {
  const std::string request = RequestOf("1", "echo", std::string(900'000, 'x'));
  stream_->OnBody(std::string_view(request).substr(0, 500'000));

  EXPECT_EQ(record_->consumed(), 500'000U);
}

TEST_F(GrpcInferStreamTest, RefusesAMessageThatIsTooLong) {
  stream_->OnBody(std::string_view("\0\x7f\xff\xff\xff", 5));

  EXPECT_EQ(record_->Trailer("grpc-status"), "8");
  EXPECT_THAT(*record_->Trailer("grpc-message"), HasSubstr("2147483647 bytes"));
}

TEST_F(GrpcInferStreamTest, RefusesAStreamThatEndsInAMessage) {
  stream_->OnBody(RequestOf("1").substr(0, 9));
  stream_->OnBodyEnd();

  EXPECT_EQ(record_->Trailer("grpc-status"), "3");
}

TEST_F(GrpcInferStreamTest, ReadsCompressedMessages) {
  Headers headers;
  headers.Add("grpc-encoding", "gzip");
  Open(std::move(headers));
  std::vector<BodyPart> parts;
  parts.emplace_back(RequestOf("1", "echo", std::string(5'000, 'x')));
  const auto compressed = CompressGrpcMessage(std::move(parts), ContentCoding::kGzip);
  stream_->OnBody(std::get<std::string>(compressed.at(0)));
  service_.RunQueued();

  EXPECT_EQ(Answers().size(), 1U);
}

TEST_F(GrpcInferStreamTest, RefusesACodingThatItDoesNotKnow) {
  Headers headers;
  headers.Add("grpc-encoding", "snappy");
  Open(std::move(headers));
  stream_->OnBody(std::string_view("\1\0\0\0\1x", 6));

  EXPECT_EQ(record_->Trailer("grpc-status"), "12");
  EXPECT_EQ(record_->Trailer("grpc-accept-encoding"), "identity, deflate, gzip");
}

TEST_F(GrpcInferStreamTest, CancelsItsWorkWhenTheClientGoes) {
  stream_->OnBody(RequestOf("1"));
  const std::stop_token cancelled = service_.last_cancelled();
  EXPECT_FALSE(cancelled.stop_requested());
  stream_->OnGone();

  EXPECT_TRUE(cancelled.stop_requested());
  EXPECT_THAT(Metrics(), HasSubstr("code=\"CANCELLED\""));
  service_.RunQueued();
}

TEST_F(GrpcInferStreamTest, KeepsToTheDeadlineOfTheCall) {
  Open({}, clock_.Now() + 1s);
  stream_->OnBody(RequestOf("1"));
  EXPECT_EQ(service_.last_deadline(), clock_.Now() + 1s);
  stream_->OnTick({});
  EXPECT_FALSE(record_->is_finished());

  clock_.Advance(1s + 1ms);
  stream_->OnTick({});

  EXPECT_EQ(record_->Trailer("grpc-status"), "4");
}

TEST_F(GrpcInferStreamTest, EndsWithTheServerOnceItIsQuiet) {
  stream_->OnBody(RequestOf("1"));
  stream_->OnTick({.draining = true});
  stream_->OnTick({.draining = true});
  EXPECT_FALSE(record_->is_finished()) << "a request is in work";

  service_.RunQueued();
  EXPECT_EQ(Answers().size(), 1U);
  stream_->OnTick({.draining = true});

  EXPECT_EQ(record_->Trailer("grpc-status"), "14");
}

TEST_F(GrpcInferStreamTest, TakesAnswersFromOtherThreads) {
  constexpr int kRequests = 1'000;
  std::size_t answers = 0;
  std::jthread worker([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) service_.RunQueued();
  });
  for (int id = 0; id < kRequests; ++id) {
    stream_->OnBody(RequestOf(std::to_string(id)));
    answers += Answers().size();
  }
  stream_->OnBodyEnd();
  while (!record_->is_finished()) answers += Answers().size();

  EXPECT_EQ(answers, std::size_t{kRequests});
  EXPECT_EQ(record_->Trailer("grpc-status"), "0");
}

}  // namespace
}  // namespace slipway::api
