// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/app/table.h"
#include "slipway/app/terminal.h"
#include "slipway/optimize/codebook/code_weights.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::app {

class Options;

/// What the flags of `slipway quantize` say of methods that turn weights into codes.
struct CodeFlags {
  std::optional<std::size_t> bits = std::nullopt;  ///< Of one code; absent: the method's default.
  std::size_t vector_length = 4;
  std::size_t stages = 2;
  bool orders_columns = false;
  std::size_t tuning_passes = 0;
  codebook::ExecutionTarget target = codebook::ExecutionTarget::kOnnxRuntime;
  bool float_products = false;  ///< Our operator does not round what it multiplies.
  std::optional<std::size_t> samples = std::nullopt;  ///< For calibration; absent: the default.
  std::set<std::string, std::less<>> excluded = {};   ///< Names of nodes that stay float32.
  /// "NODE=BITS" or "NODE=BITSxLENGTH": codes of one node that are unlike the others.
  std::vector<std::string> layers = {};
};

/// Declares the flags of codes but for the number of bits, bound to `flags`, which outlives `verb`.
void AddCodeOptions(Options& verb, CodeFlags& flags);

/// How a model file with codes for weights is made.
struct CodeWeightsFileOptions {
  std::filesystem::path model;
  std::filesystem::path out;
  DataFlags calibration = {};  ///< Data for which the model is.
  codebook::CodeWeightsOptions coding = {};
};

/// The options of coding that `method` and `flags` ask for. kInvalidArgument if they make no sense.
Result<codebook::CodeWeightsOptions> CodingOptionsFor(codebook::CodingMethod method,
                                                      const CodeFlags& flags);

/// Turns the weights of the model of the options into codes, checks the result in `engine` against
/// the original, and only then writes it, all or nothing. kInvalidArgument if there are no data.
Result<codebook::CodingReport> CodeWeightsFile(const runtime::Engine& engine,
                                               const CodeWeightsFileOptions& options);

/// The outcome as one JSON object; docs/formats/command-output.md has its schema.
std::string CodeWeightsJson(const codebook::CodingReport& report);

/// What became of each layer, for people.
Table CodedLayerTable(const codebook::CodingReport& report);

/// The outcome for people; `out` is the file that was written.
void PrintCodingReport(const codebook::CodingReport& report, const std::filesystem::path& out,
                       Terminal& terminal);

}  // namespace slipway::app
