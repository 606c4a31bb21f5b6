// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_key.h"

#include "slipway/runtime/session.h"

#include <algorithm>

namespace slipway::serving {
namespace {

/// Mixes numbers into one: multiplication carries each bit upward, the shift back down.
class Mixer {
 public:
  void Add(std::uint64_t number) {
    state_ = (state_ ^ number) * 0x9E3779B97F4A7C15U;
    state_ ^= state_ >> 32U;
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

std::span<const std::int64_t> RowSizes(const TensorView& view) {
  return view.shape.rank() == 0 ? std::span<const std::int64_t>() : view.shape.sizes().subspan(1);
}

bool IsRagged(std::span<const std::size_t> ragged, std::size_t input) {
  return !ragged.empty() && std::ranges::binary_search(ragged, input);
}

bool MayJoin(const TensorView& a, const TensorView& b, bool is_ragged) {
  const bool ends_within_byte = ElementBits(a.dtype) % 8 != 0;
  if (a.dtype != b.dtype || ends_within_byte) return false;
  // A scalar has no rows; an input that is not there looks like one.
  const bool has_rows = a.shape.rank() > 0 && b.shape.rank() > 0;
  if (is_ragged) return has_rows;
  if (runtime::IsAbsent(a) || runtime::IsAbsent(b)) {
    return runtime::IsAbsent(a) && runtime::IsAbsent(b);
  }
  return has_rows && std::ranges::equal(RowSizes(a), RowSizes(b));
}

}  // namespace

std::uint64_t BatchKeyOf(const QueuedRequest& request, std::span<const std::size_t> ragged) {
  Mixer key;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const TensorView& input = request.inputs[i];
    key.Add(static_cast<std::uint64_t>(input.dtype));
    if (IsRagged(ragged, i)) continue;
    key.Add(input.shape.rank());
    for (const std::int64_t size : RowSizes(input)) key.Add(static_cast<std::uint64_t>(size));
  }
  for (const std::size_t output : request.outputs) key.Add(output);
  return key.value();
}

bool MayShareCall(const QueuedRequest& a, const QueuedRequest& b,
                  std::span<const std::size_t> ragged) {
  if (a.outputs != b.outputs || a.inputs.size() != b.inputs.size()) return false;
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    if (!MayJoin(a.inputs[i], b.inputs[i], IsRagged(ragged, i))) return false;
  }
  return true;
}

}  // namespace slipway::serving
