// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/coded_weight.h"

#include <cstddef>
#include <span>

namespace slipway::codebook {

/// A weight matrix that codes are to stand for, and what it multiplies.
struct CodingTarget {
  std::span<const float> matrix = {};  ///< [rows, columns].
  /// The mean of x · xᵀ over the vectors x that the matrix multiplies, symmetric; see
  /// `SecondMoments`. [groups, columns, columns]: of the rows, in as many equal parts as there are
  /// groups, each part multiplies vectors of its own (grouped convolution). Mostly it is one.
  std::span<const float> moments = {};
};

/// Which parts of a coded weight may change, and for how long.
struct RefineOptions {
  std::size_t rounds = 4;     ///< At most; fewer if the error falls by less than 0.1 % in one.
  bool moves_entries = true;  ///< Whether the entries of the codebook may change.
  bool fits_scales = false;   ///< Whether the scales of the rows may change, if there are any.
};

/// The mean square of the error of the outputs, summed over the rows: trace(E · moments · Eᵀ), E
/// being what the decoded matrix is off by; summed over the groups.
double OutputError(const CodedWeight& coded, const CodingTarget& target);

/// Makes `OutputError` smaller, never greater, and returns it. First, and after each round, the
/// entries move to the least squares solution for the codes (conjugate gradients) and scales are
/// fitted. A round gives each vector the code that fits best with all the others as they are
/// (iterated conditional modes). With several groups, which share their entries, these stay.
double RefineCodes(CodedWeight& coded, const CodingTarget& target, const RefineOptions& options);

}  // namespace slipway::codebook
