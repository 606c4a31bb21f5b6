// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_server.h"

#include "slipway/serving/request_tracer.h"
#include "slipway/serving/testing/model_names.h"
#include "slipway/serving/testing/served_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

namespace slipway::serving {
namespace {

using runtime::FakeModel;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// twice = 2x and half = x/2, in that order.
FakeModel TwiceAndHalf() {
  FakeModel model = runtime::FakeIdentity(2);
  model.outputs = {{"twice", DataType::kFloat32, {-1, 2}}, {"half", DataType::kFloat32, {-1, 2}}};
  model.compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
    std::vector<Tensor> outputs;
    for (const float factor : {2.0F, 0.5F}) {
      SLIPWAY_TRY_ASSIGN(Tensor output, Tensor::CopyOf(inputs[0]));
      for (float& element : output.mutable_elements<float>()) element *= factor;
      outputs.push_back(std::move(output));
    }
    return outputs;
  };
  return model;
}

class ModelServerTest : public ServedModelsTest {
 protected:
  ModelServerTest() : ServedModelsTest(TwiceAndHalf()) {}

  std::uint64_t FailuresFor(const std::string& reason) {
    return registry_
        .GetCounter("nv_inference_request_failure", "",
                    {{"model", "fashion"}, {"version", "1"}, {"reason", reason}})
        .value();
  }
};

TEST_F(ModelServerTest, AnswersWithTheOutputsAskedFor) {
  MakeVersion("fashion", 1);
  Start();
  InferRequest request = RequestFor(kFashion);
  request.id = "seven";
  request.outputs = {"half", "twice"};

  ASSERT_OK_AND_ASSIGN(const InferResponse response, InferAndWait(*server_, std::move(request)));

  EXPECT_EQ(response.model, kFashion);
  EXPECT_EQ(response.version, VersionId(1));
  EXPECT_EQ(response.id, "seven");
  ASSERT_THAT(response.outputs, SizeIs(2));
  EXPECT_EQ(response.outputs[0].name, "half");
  EXPECT_THAT(response.outputs[0].tensor.view.elements<float>(), ElementsAre(0.5, 1));
  EXPECT_EQ(response.outputs[1].name, "twice");
  EXPECT_THAT(response.outputs[1].tensor.view.elements<float>(), ElementsAre(2, 4));
}

TEST_F(ModelServerTest, AnswersWithTheOutputsOfTheConfiguration) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/config.pbtxt", "max_batch_size: 4 output { name: 'half' dims: 2 }");
  Start();

  ASSERT_OK_AND_ASSIGN(const InferResponse response, InferAndWait(*server_, RequestFor(kFashion)));

  ASSERT_THAT(response.outputs, SizeIs(1));
  EXPECT_EQ(response.outputs[0].name, "half");
  EXPECT_THAT(response.outputs[0].tensor.view.elements<float>(), ElementsAre(0.5, 1));
}

TEST_F(ModelServerTest, ChoosesTheHighestVersionUnlessOneIsAskedFor) {
  MakeVersion("fashion", 9);
  MakeVersion("fashion", 10);
  MakeFile("fashion/config.pbtxt", "version_policy { all {} }");
  Start();
  InferRequest ninth = RequestFor(kFashion);
  ninth.version = VersionId(9);

  ASSERT_OK_AND_ASSIGN(const InferResponse latest, InferAndWait(*server_, RequestFor(kFashion)));
  ASSERT_OK_AND_ASSIGN(const InferResponse asked, InferAndWait(*server_, std::move(ninth)));

  EXPECT_EQ(latest.version, VersionId(10));
  EXPECT_EQ(asked.version, VersionId(9));
}

TEST_F(ModelServerTest, RefusesUnknownModelsAndVersions) {
  MakeVersion("fashion", 1);
  Start();
  InferRequest second = RequestFor(kFashion);
  second.version = VersionId(2);

  EXPECT_THAT(InferAndWait(*server_, RequestFor(kAbsent)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("\"absent\"")));
  EXPECT_THAT(InferAndWait(*server_, std::move(second)),
              FailsWith(ErrorCode::kNotFound, HasSubstr("no version 2")));
  EXPECT_THAT(server_->IsModelReady(kAbsent, {}), FailsWith(ErrorCode::kNotFound, HasSubstr("")));
}

TEST_F(ModelServerTest, RefusesWrongInputsAndCountsThem) {
  MakeVersion("fashion", 1);
  Start();
  InferRequest wrong = RequestFor(kFashion);
  wrong.inputs[0].name = "pixels";

  EXPECT_THAT(InferAndWait(*server_, std::move(wrong)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"pixels\"")));
  EXPECT_EQ(FailuresFor("OTHER"), 1U);
}

TEST_F(ModelServerTest, RefusesMoreRowsThanABatchMayHave) {
  MakeVersion("fashion", 1);
  Start({.defaults = {.max_batch_size = 1}});
  InferRequest two = RequestFor(kFashion);
  static constexpr std::array<float, 4> kRows = {1, 2, 3, 4};
  two.inputs[0].tensor = {DataType::kFloat32, Shape({2, 2}), std::as_bytes(std::span(kRows))};

  EXPECT_THAT(InferAndWait(*server_, std::move(two)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 rows")));
}

TEST_F(ModelServerTest, RefusesWhatTheQueueCannotHold) {
  MakeVersion("fashion", 1);
  Start({.defaults = {.max_queue_requests = 1}});
  std::optional<Result<InferResponse>> refused;
  server_->Infer(RequestFor(kFashion), [](const Result<InferResponse>&) {});

  server_->Infer(RequestFor(kFashion),
                 [&](Result<InferResponse> answer) { refused = std::move(answer); });

  ASSERT_TRUE(refused.has_value());
  EXPECT_THAT(*refused, FailsWith(ErrorCode::kResourceExhausted, HasSubstr("queue is full")));
  EXPECT_EQ(FailuresFor("REJECTED"), 1U);
}

TEST_F(ModelServerTest, RunsWhatTheThreadQueuedAsOneBatch) {
  MakeVersion("fashion", 1);
  Start();
  int answers = 0;
  for (int i = 0; i < 3; ++i) {
    server_->Infer(RequestFor(kFashion), [&](const Result<InferResponse>&) { ++answers; });
  }
  EXPECT_EQ(answers, 0);

  server_->RunQueued();

  EXPECT_EQ(answers, 3);
  EXPECT_THAT(engine_.batch_sizes(), ElementsAre(3));
}

TEST_F(ModelServerTest, LetsACallbackInferAgain) {
  MakeVersion("fashion", 1);
  Start();
  std::atomic<int> answers = 0;
  server_->Infer(RequestFor(kFashion), [&](const Result<InferResponse>&) {
    ++answers;
    server_->Infer(RequestFor(kFashion), [&](const Result<InferResponse>&) { ++answers; });
  });

  server_->RunQueued();
  server_.reset();  // On a slow machine an instance's thread runs the second: closing waits for it.

  EXPECT_EQ(answers, 2);
}

TEST_F(ModelServerTest, ServesTheOthersWhenAModelIsBroken) {
  MakeVersion("fashion", 1);
  MakeVersion("absent", 1);
  MakeFile("absent/config.pbtxt", "max_batch_size: -3");
  Start();

  EXPECT_FALSE(server_->IsReady());
  EXPECT_EQ(server_->IsModelReady(kAbsent, {}), false);
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), true);
  EXPECT_TRUE(InferAndWait(*server_, RequestFor(kFashion)).has_value());
  EXPECT_THAT(InferAndWait(*server_, RequestFor(kAbsent)),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("max_batch_size is -3")));
  EXPECT_THAT(server_->Metadata(kAbsent, {}),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("max_batch_size is -3")));
}

TEST_F(ModelServerTest, ServesTheVersionThatLoadsWhenALaterOneDoesNot) {
  MakeVersion("fashion", 1);
  MakeFile("fashion/2/model.onnx", "no model");
  MakeFile("fashion/config.pbtxt", "version_policy { all {} }");
  Start();

  ASSERT_OK_AND_ASSIGN(const InferResponse response, InferAndWait(*server_, RequestFor(kFashion)));

  EXPECT_EQ(response.version, VersionId(1));
  EXPECT_FALSE(server_->IsReady());
  EXPECT_EQ(server_->IsModelReady(kFashion, {}), true);
  EXPECT_EQ(server_->IsModelReady(kFashion, VersionId(2)), false);
}

TEST_F(ModelServerTest, DescribesAModelWithItsBatchDimension) {
  MakeVersion("fashion", 1);
  MakeVersion("fashion", 2);
  MakeFile("fashion/config.pbtxt", "version_policy { all {} }");
  Start();

  ASSERT_OK_AND_ASSIGN(const ModelMetadata metadata, server_->Metadata(kFashion, {}));

  EXPECT_EQ(metadata.name, kFashion);
  EXPECT_THAT(metadata.versions, ElementsAre(VersionId(1), VersionId(2)));
  EXPECT_EQ(metadata.platform, "onnxruntime_onnx");
  EXPECT_THAT(metadata.inputs[0].shape, ElementsAre(-1, 2));
  ASSERT_THAT(metadata.outputs, SizeIs(2));
  EXPECT_EQ(metadata.outputs[1].name, "half");
}

TEST_F(ModelServerTest, IsReadyUntilItDrainsAndAnswersUntilItCloses) {
  MakeVersion("fashion", 1);
  Start();
  EXPECT_TRUE(server_->IsReady());

  server_->BeginDrain();
  EXPECT_FALSE(server_->IsReady());
  EXPECT_TRUE(InferAndWait(*server_, RequestFor(kFashion)).has_value());

  server_->Close();
  EXPECT_THAT(InferAndWait(*server_, RequestFor(kFashion)),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("")));
}

TEST_F(ModelServerTest, AnswersWhatIsQueuedBeforeItEnds) {
  MakeVersion("fashion", 1);
  Start();
  int answers = 0;
  server_->Infer(RequestFor(kFashion), [&](const Result<InferResponse>&) { ++answers; });

  server_.reset();

  EXPECT_EQ(answers, 1);
}

TEST_F(ModelServerTest, NeedsARepository) {
  EXPECT_THAT(Create({.repositories = {path() / "none"}}),
              FailsWith(ErrorCode::kNotFound, HasSubstr("none")));
}

TEST_F(ModelServerTest, ServesARealModel) {
  MakeVersion("fashion", 1);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                       runtime::CreateOnnxRuntimeEngine({}));
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ModelServer> server,
      ModelServer::Create({.repositories = {path()}},
                          {.engine = *engine, .clock = SystemClock(), .metrics = registry_}));
  ASSERT_OK_AND_ASSIGN(const ModelMetadata metadata, server->Metadata(kFashion, {}));
  InferRequest request = RequestFor(kFashion);
  request.inputs[0].name = metadata.inputs[0].name;

  ASSERT_OK_AND_ASSIGN(const InferResponse response, InferAndWait(*server, std::move(request)));

  ASSERT_THAT(response.outputs, SizeIs(1));
  EXPECT_THAT(response.outputs[0].tensor.view.elements<float>(), ElementsAre(1, 2));
}

TEST_F(ModelServerTest, TracesTheStagesOfARequest) {
  MakeVersion("fashion", 1);
  const std::filesystem::path file = folder_.path() / "trace.json";
  TraceSettings settings({.file = file.string(), .timestamps = true, .tensors = true, .rate = 1});
  auto tracer = std::make_unique<RequestTracer>(
      RequestTracer::Parts{.settings = settings, .clock = SystemClock(), .metrics = registry_});
  ASSERT_OK_AND_ASSIGN(
      server_, ModelServer::Create({.repositories = {folder_.path()}}, {.engine = engine_,
                                                                        .clock = SystemClock(),
                                                                        .metrics = registry_,
                                                                        .tracer = tracer.get()}));

  ASSERT_OK(InferAndWait(*server_, RequestFor(kFashion)));
  tracer.reset();

  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(file, 1U << 20U));
  for (const std::string_view part :
       {"REQUEST_START", "QUEUE_START", "COMPUTE_START", "COMPUTE_INPUT_END",
        "COMPUTE_OUTPUT_START", "COMPUTE_END", "REQUEST_END", "TENSOR_QUEUE_INPUT",
        R"("name":"twice","data":"2,4")", R"("name":"half","data":"0.5,1")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace slipway::serving
