// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/commands.h"

#include "slipway/app/bench_command.h"
#include "slipway/app/compare_command.h"
#include "slipway/app/completion_command.h"
#include "slipway/app/demo_command.h"
#include "slipway/app/evaluate_command.h"
#include "slipway/app/infer_command.h"
#include "slipway/app/inspect_command.h"
#include "slipway/app/quantize_command.h"
#include "slipway/app/sensitivity_command.h"
#include "slipway/app/serve_command.h"

namespace slipway::app {

std::vector<std::unique_ptr<Command>> AllCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<InspectCommand>());
  commands.push_back(std::make_unique<EvaluateCommand>());
  commands.push_back(std::make_unique<QuantizeCommand>());
  commands.push_back(std::make_unique<CompareCommand>());
  commands.push_back(std::make_unique<SensitivityCommand>());
  commands.push_back(std::make_unique<ServeCommand>());
  commands.push_back(std::make_unique<InferCommand>());
  commands.push_back(std::make_unique<BenchCommand>());
  commands.push_back(std::make_unique<DemoCommand>());
  commands.push_back(std::make_unique<CompletionCommand>());
  return commands;
}

}  // namespace slipway::app
