// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/kernels/codebook_weight.h"
#include "slipway/runtime/kernels/instruction_set.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::kernels {

class WeightForm;

/// What an output goes through at last.
enum class Activation : std::uint8_t { kNone, kRelu };

/// What is multiplied.
enum class Arithmetic : std::uint8_t {
  kFloat,  ///< Floats.
  /// Bytes: each row of inputs is rounded to -127 ... 127, as are what the codes of single weights
  /// stand for, unless they are multiples of one step anyway. Vectors stay floats.
  kInt8,
};

/// How products are made.
struct CodebookMatMulOptions {
  std::span<const float> bias = {};  ///< One for each row of the weight; empty: 0.
  Activation activation = Activation::kNone;
  Arithmetic arithmetic = Arithmetic::kFloat;
  /// One that this processor has; by default, the best.
  InstructionSet instruction_set = SupportedInstructionSets().back();
};

/// Calls a task with 0, 1, ... up to one less than `count`, in any order and on any threads, and
/// returns when all is done.
using ParallelFor =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;
/// On the calling thread.
void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task);

/// Y[m, r] = activation(Σ_c X[m, c] · W[r, c] + bias[r]), with W as codes. Thread-safe.
class CodebookMatMul {
 public:
  /// Copies what it needs, in a layout of its own. A message that names the fault if `weight` or
  /// `options` do not fit together.
  static std::expected<CodebookMatMul, std::string> Create(const CodebookWeight& weight,
                                                           const CodebookMatMulOptions& options);
  CodebookMatMul(CodebookMatMul&&) noexcept;
  CodebookMatMul& operator=(CodebookMatMul&&) = delete;
  ~CodebookMatMul();

  std::size_t rows() const { return rows_; }        ///< Outputs for each row of inputs.
  std::size_t columns() const { return columns_; }  ///< Inputs.

  /// Multiplies `inputs` rows of `x` [inputs, columns] into `y` [inputs, rows].
  void Run(const float* x, std::size_t inputs, float* y, const ParallelFor& parallel_for) const;

 private:
  CodebookMatMul(const CodebookWeight& weight, const CodebookMatMulOptions& options,
                 std::unique_ptr<const WeightForm> form);
  std::unique_ptr<float[]> PadInputs(const float* x, std::size_t inputs) const;
  void Finish(float* y, std::size_t first, std::size_t last) const;

  const std::size_t rows_;
  const std::size_t columns_;
  const Activation activation_;
  std::vector<std::uint16_t> column_order_;
  std::vector<float> factors_;  // By which sums are multiplied; empty: 1.
  std::vector<float> bias_;
  std::unique_ptr<const WeightForm> form_;
};

}  // namespace slipway::kernels
