// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/inspect_command.h"

#include "slipway/app/model_description.h"
#include "slipway/app/options.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/summary.h"

namespace slipway::app {

void InspectCommand::AddOptions(Options& verb) {
  verb.Add("MODEL", model_, "The ONNX model").Required();
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Status InspectCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(model_));
  SLIPWAY_TRY_ASSIGN(const graph::Model model, graph::ReadModel(file));
  const graph::ModelSummary summary = graph::SummarizeModel(model);
  const InspectedModel description{.file = file, .model = model, .summary = summary};
  terminal.Write(json_ ? DescriptionJson(description) + "\n"
                       : DescriptionText(description, terminal));
  return {};
}

}  // namespace slipway::app
