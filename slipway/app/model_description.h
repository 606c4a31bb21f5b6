// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/terminal.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/summary.h"

#include <string>

namespace slipway::app {

/// A model and what was found out about it; all outlive the description.
struct InspectedModel {
  const graph::ModelFile& file;
  const graph::Model& model;
  const graph::ModelSummary& summary;
};

/// The description for people: what goes in and out, sums, and a table of the layers.
std::string DescriptionText(const InspectedModel& description, const Terminal& terminal);

/// The description as one JSON object; docs/formats/command-output.md has its schema.
std::string DescriptionJson(const InspectedModel& description);

}  // namespace slipway::app
