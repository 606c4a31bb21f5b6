// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/infer_client.h"
#include "slipway/app/terminal.h"

#include <cstddef>
#include <string>

namespace slipway::app {

/// An answer as one JSON object; docs/formats/command-output.md has its schema.
std::string AnswerJson(const api::client::InferAnswer& answer);

/// An answer as a table with a row for each sample and output: its best class and that class's
/// score. `first` is the index of the first sample. Outputs that are not float32 [n,classes] are
/// only named.
std::string AnswerTable(const api::client::InferAnswer& answer, std::size_t first,
                        const Terminal& terminal);

}  // namespace slipway::app
