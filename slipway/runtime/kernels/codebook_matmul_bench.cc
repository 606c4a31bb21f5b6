// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/codebook_matmul.h"
#include "slipway/runtime/kernels/testing/coded_matrix.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace slipway::kernels {
namespace {

constexpr std::size_t kSide = 1024;

// A form of codes to multiply with.
struct Form {
  const char* name;
  CodebookWeight sizes;
  Arithmetic arithmetic = Arithmetic::kFloat;
};

void Multiply(benchmark::State& state, const Form& form, InstructionSet set) {
  const auto inputs = static_cast<std::size_t>(state.range(0));
  const CodedMatrix matrix = RandomCodedMatrix(form.sizes, {}, 1);
  const auto product = CodebookMatMul::Create(
      matrix.View(), {.arithmetic = form.arithmetic, .instruction_set = set});
  if (!product) return state.SkipWithError(product.error().c_str());
  const std::vector<float> x = RandomNumbers(inputs * kSide, 2);
  std::vector<float> y(inputs * kSide);
  for (const auto unused : state) {
    product->Run(x.data(), inputs, y.data(), RunInOrder);
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) *
                          static_cast<std::int64_t>(kSide * kSide));
}

// Each form with each instruction set that is here, for one row of inputs and for 64.
const bool kRegistered = [] {
  const CodebookWeight nibbles = {.rows = kSide, .columns = kSide};
  CodebookWeight bytes = nibbles;
  bytes.bits = 8;
  bytes.entries = 256;
  CodebookWeight vectors = bytes;
  vectors.vector_length = 4;
  const Form forms[] = {{"4 bits, floats", nibbles},
                        {"4 bits, bytes", nibbles, Arithmetic::kInt8},
                        {"8 bits, bytes", bytes, Arithmetic::kInt8},
                        {"vectors of 4", vectors}};
  for (const Form& form : forms) {
    for (const InstructionSet set : SupportedInstructionSets()) {
      const std::string name = std::string(form.name) + ", " + std::string(InstructionSetName(set));
      benchmark::RegisterBenchmark(
          name.c_str(), [form, set](benchmark::State& state) { Multiply(state, form, set); })
          ->Arg(1)
          ->Arg(64);
    }
  }
  return true;
}();

}  // namespace
}  // namespace slipway::kernels
