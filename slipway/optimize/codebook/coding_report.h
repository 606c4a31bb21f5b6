// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/coding_method.h"
#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::codebook {

/// How a coded layer computes.
enum class Execution : std::uint8_t {
  kFolded,    ///< With float32 weights, which standard operators rebuild when the model is loaded.
  kOperator,  ///< With codes, by our operator CodebookMatMul.
};

/// What became of the weights of one layer.
struct CodedLayer {
  std::string name;  ///< The node's, or if it has none that of its first output.
  std::string op_type;
  bool is_coded = false;
  Execution execution = Execution::kFolded;
  std::string note;      ///< For people: why it stays float32, or what is special about it.
  std::size_t bits = 0;  ///< Of one code; like all below, 0 if the layer is not coded.
  std::size_t vector_length = 0;  ///< Weights that one code stands for.
  std::size_t stages = 0;         ///< Codes for each of these vectors.
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;  ///< Codes, codebook and scales, without the nodes.
  /// What became of its weights; in JSON, the ratio alone, as "weight_snr_db".
  evaluate::WeightChange weight = {};
  /// The same of what the layer gives on the data, as far as its moments tell; 0 without data.
  double output_snr_db = 0;
};

/// What coding did to a model.
struct CodingReport {
  CodingMethod method = CodingMethod::kAdditivePowerOfTwo;
  std::vector<CodedLayer> layers;  ///< Those with weights, in the order of the graph.
  std::uint64_t float_bytes = 0;   ///< The ONNX file before.
  std::uint64_t coded_bytes = 0;
  /// How far each output is from that of the float32 model on the samples of the check.
  std::vector<quantize::OutputComparison> outputs;
  std::vector<std::string> notes;  ///< What is to be said of the whole, for people.

  std::size_t coded_layer_count() const;
};

/// The report as one JSON object: "method", "float_bytes", "coded_bytes", "notes", and "layers" and
/// "outputs" with their fields by name. An infinite ratio is null.
std::string ToJson(const CodingReport& report);

}  // namespace slipway::codebook
