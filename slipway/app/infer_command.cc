// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/infer_command.h"

#include "slipway/app/answer_text.h"
#include "slipway/app/data_options.h"
#include "slipway/app/internal/choice_option.h"
#include "slipway/app/options.h"
#include "slipway/app/served_specs.h"

#include <string>
#include <utility>

namespace slipway::app {

using api::client::InferAnswer;
using api::client::InferClient;
using api::client::ModelDescription;
using api::client::TensorEncoding;

void InferCommand::AddOptions(Options& verb) {
  verb.Add("--server", url_, "http://host:port for REST, grpc://host:port for gRPC").ShowDefault();
  verb.Add("--model", model_, "Name of the model").Required();
  verb.Add("--model-version", version_, "Version of the model; the server chooses if absent");
  verb.Add("--data", data_.images, "IDX images, plain or gzip").Required();
  verb.Add("--first", first_, "Index of the first sample").ShowDefault();
  verb.Add("--count", count_, "Samples to send, in one request").ShowDefault().Positive();
  AddChoice<TensorEncoding>(
      verb, "--encoding", encoding_,
      {.help = "How REST carries tensors",
       .names = {{"binary", TensorEncoding::kBinary}, {"json", TensorEncoding::kJson}}});
  AddPixelOption(verb, data_);
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Result<Tensor> InferCommand::ReadSamples(const ModelDescription& model) const {
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(data_, SpecsOf(model.inputs)));
  return data.samples->Read(first_, count_);
}

Status InferCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<InferClient> client,
                     InferClient::Create(url_, {.encoding = encoding_}));
  SLIPWAY_TRY_ASSIGN(const ModelDescription model, client->Metadata(model_, version_));
  SLIPWAY_TRY_ASSIGN(const Tensor samples, ReadSamples(model));
  SLIPWAY_TRY_ASSIGN(
      const InferAnswer answer,
      client->Infer({.model = model_,
                     .version = version_,
                     .inputs = {{.name = model.inputs.front().name, .tensor = samples.view()}}}));
  PrintAnswer(answer, terminal);
  return {};
}

void InferCommand::PrintAnswer(const InferAnswer& answer, Terminal& terminal) const {
  terminal.Write(json_ ? AnswerJson(answer) + "\n" : AnswerTable(answer, first_, terminal));
}

}  // namespace slipway::app
