// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/codebook_weight.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::kernels {

/// A weight as codes that owns what it is made of.
struct CodedMatrix {
  CodebookWeight sizes = {};                   ///< Its spans are not used.
  std::vector<std::uint8_t> plain_codes = {};  ///< [stages, rows, positions], one a byte.
  std::vector<float> codebook = {};
  std::vector<float> scales = {};
  std::vector<std::uint16_t> column_order = {};
  std::vector<std::uint8_t> packed_codes = {};

  /// What `CodebookMatMul` takes; valid while this lives.
  CodebookWeight View() const;
  /// The matrix [rows, columns] that the codes stand for.
  std::vector<double> Decode() const;
};

/// What a random matrix has besides its sizes.
struct CodedMatrixParts {
  bool scales = true;
  bool column_order = false;
};

/// Codes, entries between -1 and 1, and the parts, all of them random, by `seed`.
CodedMatrix RandomCodedMatrix(const CodebookWeight& sizes, const CodedMatrixParts& parts,
                              std::uint64_t seed);

/// `count` numbers between -1 and 1, by `seed`.
std::vector<float> RandomNumbers(std::size_t count, std::uint64_t seed);

/// Codes of `bits` bits as one stream of bits.
std::vector<std::uint8_t> PackBits(const std::vector<std::uint8_t>& codes, std::size_t bits);

}  // namespace slipway::kernels
