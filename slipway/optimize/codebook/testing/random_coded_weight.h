// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/coded_weight.h"

#include <cstddef>

namespace slipway::codebook {

/// What differs between two coded weights.
struct CodedForm {
  Shape shape = {};
  bool is_transposed = false;
  std::size_t entries = 16;
  std::size_t vector_length = 1;
  std::size_t stages = 1;
  bool has_scales = false;
  bool has_order = false;
  CodebookStorage storage = CodebookStorage::kFloat32;
};

/// A weight of random codes, entries, scales and order of columns, the same for a form in every
/// run.
CodedWeight RandomCodedWeight(const CodedForm& form);

}  // namespace slipway::codebook
