// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/codebook_matmul.h"

#include "slipway/runtime/kernels/internal/nibble_packing.h"
#include "slipway/runtime/kernels/internal/weight_form.h"

#include <algorithm>
#include <cmath>

namespace slipway::kernels {
namespace {

// Products of weights and inputs in one task, at least: some 10 microseconds of work.
constexpr std::size_t kLeastOfTask = std::size_t{1} << 19;
constexpr std::size_t kMostTasks = 64;
// Tasks start at multiples of so many rows.
constexpr std::size_t kTaskStep = 32;

std::unique_ptr<const WeightForm> MakeForm(const UnpackedWeight& unpacked,
                                           const CodebookMatMulOptions& options) {
  const CodebookWeight& weight = unpacked.weight;
  const bool is_single = weight.vector_length == 1 && weight.stages == 1;
  if (is_single && options.arithmetic == Arithmetic::kInt8 &&
      weight.columns <= kMostRoundedColumns) {
    return MakeRounded(unpacked, options.instruction_set);
  }
  if (is_single && weight.entries <= kNibbleEntries) {
    return MakeFloatNibbles(unpacked, options.instruction_set);
  }
  return MakeLookUp(unpacked, options.instruction_set);
}

std::size_t RowsOfTask(std::size_t rows, std::size_t columns, std::size_t inputs) {
  const std::size_t tasks =
      std::clamp<std::size_t>(rows * columns * inputs / kLeastOfTask, 1, kMostTasks);
  return RoundUp((rows + tasks - 1) / tasks, kTaskStep);
}

}  // namespace

void RunInOrder(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
}

std::expected<CodebookMatMul, std::string> CodebookMatMul::Create(
    const CodebookWeight& weight, const CodebookMatMulOptions& options) {
  const auto codes = UnpackWeight(weight);
  if (!codes) return std::unexpected(codes.error());
  if (!options.bias.empty() && options.bias.size() != weight.rows) {
    return std::unexpected("bias has " + std::to_string(options.bias.size()) + " elements: want " +
                           std::to_string(weight.rows));
  }
  if (!IsSupported(options.instruction_set)) {
    return std::unexpected("this processor has no " +
                           std::string(InstructionSetName(options.instruction_set)));
  }
  return CodebookMatMul(weight, options, MakeForm({weight, *codes}, options));
}

CodebookMatMul::CodebookMatMul(const CodebookWeight& weight, const CodebookMatMulOptions& options,
                               std::unique_ptr<const WeightForm> form)
    : rows_(weight.rows),
      columns_(weight.columns),
      activation_(options.activation),
      column_order_(weight.column_order.begin(), weight.column_order.end()),
      factors_(weight.scales.begin(), weight.scales.end()),
      bias_(options.bias.begin(), options.bias.end()),
      form_(std::move(form)) {
  if (form_->factor() == 1) return;
  factors_.resize(rows_, 1.0F);
  for (float& factor : factors_) factor *= form_->factor();
}

CodebookMatMul::CodebookMatMul(CodebookMatMul&&) noexcept = default;
CodebookMatMul::~CodebookMatMul() = default;

void CodebookMatMul::Run(const float* x, std::size_t inputs, float* y,
                         const ParallelFor& parallel_for) const {
  const std::unique_ptr<float[]> padded = PadInputs(x, inputs);
  const FloatRows rows = {padded ? padded.get() : x, inputs, form_->columns()};
  const PreparedInputs prepared = form_->Prepare(rows);
  const std::size_t step = RowsOfTask(rows_, columns_, inputs);
  parallel_for((rows_ + step - 1) / step, [&](std::size_t task) {
    const RowRange range = {task * step, std::min((task + 1) * step, rows_)};
    form_->Multiply(rows, prepared, range, {.sums = y, .stride = rows_});
    for (std::size_t m = 0; m < inputs; ++m) Finish(y + m * rows_, range.first, range.last);
  });
}

// The inputs in the order and of the length of the codes' rows; null if that is what they are.
std::unique_ptr<float[]> CodebookMatMul::PadInputs(const float* x, std::size_t inputs) const {
  const std::size_t width = form_->columns();
  if (width == columns_ && column_order_.empty()) return nullptr;
  auto padded = std::make_unique_for_overwrite<float[]>(inputs * width);
  for (std::size_t m = 0; m < inputs; ++m) {
    const float* from = x + m * columns_;
    float* to = &padded[m * width];
    if (column_order_.empty()) {
      std::copy_n(from, columns_, to);
    } else {
      for (std::size_t c = 0; c < columns_; ++c) to[c] = from[column_order_[c]];
    }
    std::fill(to + columns_, to + width, 0.0F);
  }
  return padded;
}

// Scales, bias and activation of the outputs from `first` to before `last`.
void CodebookMatMul::Finish(float* y, std::size_t first, std::size_t last) const {
  if (!factors_.empty()) {
    for (std::size_t r = first; r < last; ++r) y[r] *= factors_[r];
  }
  if (!bias_.empty()) {
    for (std::size_t r = first; r < last; ++r) y[r] += bias_[r];
  }
  if (activation_ == Activation::kRelu) {
    for (std::size_t r = first; r < last; ++r) y[r] = y[r] < 0 ? 0 : y[r];
  }
}

}  // namespace slipway::kernels
