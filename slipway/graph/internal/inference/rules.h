// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/internal/inference/operator_context.h"

#include <span>

namespace slipway::graph {

// The rules of each family of operators. (ONNX, Operators.md and Changelog.md; for domain
// "com.microsoft", ONNX Runtime's ContribOperators.md)

std::span<const OperatorRule> ElementwiseRules();
std::span<const OperatorRule> ConvolutionRules();
std::span<const OperatorRule> LinearRules();
std::span<const OperatorRule> NormalizationRules();
std::span<const OperatorRule> ReductionRules();
std::span<const OperatorRule> ReshapingRules();
std::span<const OperatorRule> SelectionRules();
std::span<const OperatorRule> ConstantRules();
std::span<const OperatorRule> QuantizationRules();
std::span<const OperatorRule> RecurrentRules();

/// Notes the elements of the node's output, if it is a small integer tensor that can be computed
/// from those of its inputs. Runs after the operator's rule.
void FoldElements(OperatorContext& context);

/// The output is like the first input.
void InferSameAsInput(OperatorContext& context);

}  // namespace slipway::graph
