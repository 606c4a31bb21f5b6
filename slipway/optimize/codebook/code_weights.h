// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/coding_report.h"
#include "slipway/optimize/codebook/weight_coder.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace slipway::codebook {

/// What is to run the result.
enum class ExecutionTarget : std::uint8_t {
  /// Any ONNX Runtime: standard operators rebuild weights when it loads the model.
  kOnnxRuntime,
  /// One that knows our operators (slipway/runtime/kernels), as ours does: matrix products become
  /// CodebookMatMul, which keeps weights as codes. What it has no operator for stays as above.
  kSlipway
};

/// How the weights of a model become codes.
struct CodeWeightsOptions {
  CodingOptions coding = {};
  /// By the names of nodes, what takes the place of `coding` for their weights.
  std::map<std::string, CodingOptions, std::less<>> layer_coding = {};
  /// Samples of which is remembered what each layer takes in, so that the error of its outputs is
  /// made small instead of that of its weights; from the first on. 0: none.
  std::size_t calibration_samples = 4096;
  /// Passes over these samples in which what the codes stand for, and the learned constants that
  /// are no codes, move so that the outputs of the whole model come close to those of the original;
  /// 0: none. One takes about six times as long as to run the model on them. What was tried and not
  /// done is in the report.
  std::size_t tuning_passes = 0;
  /// Names of nodes whose weights and biases stay as they are.
  std::set<std::string, std::less<>> excluded_nodes = {};
  /// Outputs with a smaller signal-to-noise ratio are refused, in dB; see
  /// `quantize::VerifyOptions`.
  double min_snr_db = 0;
  ExecutionTarget target = ExecutionTarget::kOnnxRuntime;
  /// Whether CodebookMatMul rounds what it takes in to int8: faster, less exact.
  bool int8_products = true;
};

/// Where the result is tried out, and the data that it is for.
struct CodingData {
  const runtime::Engine& engine;
  const dataset::SampleSource& samples;
};

/// Replaces the float32 weights of Conv, Gemm and MatMul in the main graph of `model`, of ONNX
/// opset 11 or later, by packed codes and standard operators that rebuild the weights when an
/// engine loads the model, after folding batch normalizations. Inputs and outputs keep their names,
/// types and shapes. With target kSlipway, our operator takes the place of matrix products with
/// such weights instead, of the bias that is added to them and of the Relu of that. What would not
/// get smaller stays float32, as do subgraphs and weights that are no constants, quantized ones
/// among them; the report tells which. A model in which nothing gets smaller stays as it is.
///
/// The result has been loaded in the engine and compared with the original on samples.
///
/// On error `model` is as it was: kUnimplemented if its opset is too old, kInvalidArgument if an
/// option is out of bounds, a weight is not finite or the samples do not fit the model,
/// kFailedPrecondition if the result fails its check.
Result<CodingReport> CodeWeights(graph::Model& model, const CodingData& data,
                                 const CodeWeightsOptions& options);

}  // namespace slipway::codebook
