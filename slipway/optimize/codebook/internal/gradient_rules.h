// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/optimize/codebook/internal/gradient_writer.h"

#include <string>

namespace slipway::codebook {

/// Writes the derivatives by the inputs of `node`, which has standard operators' domain, `dy` being
/// the derivative by its first output. An operator without a rule, or attributes that the rule does
/// not cover, are the reason why not.
Derived Differentiate(GradientWriter& writer, const graph::Node& node, const std::string& dy);

// The rules of the operators after which they are called, by family. Those that are not listed
// here are in gradient_rules.cc.

Derived DifferentiateConv(GradientWriter& writer, const graph::Node& node, const std::string& dy);
Derived DifferentiateMaxPool(GradientWriter& writer, const graph::Node& node,
                             const std::string& dy);

Derived DifferentiateGemm(GradientWriter& writer, const graph::Node& node, const std::string& dy);
Derived DifferentiateMatMul(GradientWriter& writer, const graph::Node& node, const std::string& dy);

/// Add, Sub, Mul and Div, broadcasting.
Derived DifferentiateArithmetic(GradientWriter& writer, const graph::Node& node,
                                const std::string& dy);
/// Pow by a constant.
Derived DifferentiatePow(GradientWriter& writer, const graph::Node& node, const std::string& dy);
/// Functions of single numbers.
Derived DifferentiateElements(GradientWriter& writer, const graph::Node& node,
                              const std::string& dy);

/// ReduceMean and ReduceSum.
Derived DifferentiateReduction(GradientWriter& writer, const graph::Node& node,
                               const std::string& dy);
Derived DifferentiateGlobalAveragePool(GradientWriter& writer, const graph::Node& node,
                                       const std::string& dy);
Derived DifferentiateSoftmax(GradientWriter& writer, const graph::Node& node,
                             const std::string& dy);
Derived DifferentiateLayerNormalization(GradientWriter& writer, const graph::Node& node,
                                        const std::string& dy);

}  // namespace slipway::codebook
