// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/inference/rules.h"

#include <array>

namespace slipway::graph {
namespace {

/// Outputs: all states [time, directions, batch, hidden], then the last ones of each kind
/// [directions, batch, hidden]. With layout 1 the batch comes first.
void InferRecurrent(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  for (std::size_t i = 0; i < context.output_count(); ++i) {
    context.SetOutput(i, context.dtype(0), std::nullopt);
  }
  if (x == nullptr || x->size() != 3) return;
  const bool batch_first = context.node().IntAttribute("layout", 0) != 0;
  const Dimension& time = (*x)[batch_first ? 1 : 0];
  const Dimension& batch = (*x)[batch_first ? 0 : 1];
  const Dimension hidden = DimensionOf(context.node().IntAttribute("hidden_size", -1));
  const bool both = context.StringAttribute("direction", "forward") == "bidirectional";
  const Dimension directions = DimensionOf(both ? 2 : 1);
  const Dimensions all = batch_first ? Dimensions{batch, time, directions, hidden}
                                     : Dimensions{time, directions, batch, hidden};
  const Dimensions last =
      batch_first ? Dimensions{batch, directions, hidden} : Dimensions{directions, batch, hidden};
  for (std::size_t i = 0; i < context.output_count(); ++i) {
    context.SetOutput(i, context.dtype(0), i == 0 ? all : last);
  }
}

constexpr std::array kRecurrentRules = {
    OperatorRule{"GRU", InferRecurrent},
    OperatorRule{"LSTM", InferRecurrent},
    OperatorRule{"RNN", InferRecurrent},
};

}  // namespace

std::span<const OperatorRule> RecurrentRules() { return kRecurrentRules; }

}  // namespace slipway::graph
