// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/testing/random_coded_weight.h"

#include <algorithm>
#include <random>

namespace slipway::codebook {

CodedWeight RandomCodedWeight(const CodedForm& form) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  CodedWeight coded;
  coded.layout = form.is_transposed ? ColumnsFirst(form.shape) : RowsFirst(form.shape);
  coded.vector_length = form.vector_length;
  coded.stages = form.stages;
  coded.entries = form.entries;
  coded.codes.resize(form.stages * coded.layout.rows * coded.positions());
  std::uniform_int_distribution<std::size_t> code(0, form.entries - 1);
  for (std::uint8_t& c : coded.codes) c = static_cast<std::uint8_t>(code(random));
  coded.codebook.resize(form.stages * form.entries * form.vector_length);
  for (float& value : coded.codebook) value = normal(random);
  RoundCodebook(coded, form.storage);
  if (form.has_scales) {
    for (std::size_t r = 0; r < coded.layout.rows; ++r) coded.scales.push_back(normal(random));
  }
  if (form.has_order) {
    for (std::size_t c = 0; c < coded.layout.columns; ++c) {
      coded.column_order.push_back(static_cast<std::uint16_t>(c));
    }
    std::ranges::shuffle(coded.column_order, random);
  }
  return coded;
}

}  // namespace slipway::codebook
