// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"

#include <functional>

namespace slipway::search {

/// How good a model is.
struct Judgement {
  double metric = 0;  ///< The task's, such as the share of right classes; more is better.
  double output_snr_db =
      0;  ///< Of its outputs against those of the float32 model; infinite if they are equal.
};

/// Runs a model on validation data and judges it.
using Judge = std::function<Result<Judgement>(const graph::Model&)>;

/// How long a run of a model takes on this machine, in seconds: the least of many, which others
/// disturb least.
using Stopwatch = std::function<Result<double>(const graph::Model&)>;

}  // namespace slipway::search
