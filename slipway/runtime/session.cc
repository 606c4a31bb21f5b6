// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/session.h"

#include <algorithm>

namespace slipway::runtime {
namespace {

bool ShapeFits(std::span<const std::int64_t> wanted, const Shape& shape) {
  // The engine gives no sizes for a scalar and none where it does not know the rank.
  if (wanted.empty()) return true;
  return std::ranges::equal(wanted, shape.sizes(), [](std::int64_t want, std::int64_t size) {
    return want == -1 || want == size;
  });
}

/// Any other byte would be undefined behaviour in each kernel that reads it as a `bool`.
Status CheckBools(const TensorView& view) {
  if (view.dtype != DataType::kBool) return {};
  const auto wrong = std::ranges::find_if(view.bytes, [](std::byte b) { return b > std::byte{1}; });
  if (wrong == view.bytes.end()) return {};
  return InvalidArgument("a bool is 0 or 1, got {} as element {}", std::to_integer<int>(*wrong),
                         wrong - view.bytes.begin());
}

Status CheckInput(const TensorSpec& spec, const TensorView& view) {
  if (view.dtype != spec.dtype || !ShapeFits(spec.shape, view.shape)) {
    return InvalidArgument("input {:?}: want {} {}, got {} {}", spec.name, DataTypeName(spec.dtype),
                           FormatSizes(spec.shape), DataTypeName(view.dtype), ToString(view.shape));
  }
  Status sound = CheckByteCount(view);
  if (sound) sound = CheckBools(view);
  if (!sound) return Annotate(sound.error(), "input {:?}", spec.name);
  return {};
}

}  // namespace

const std::vector<TensorSpec>& Session::optional_inputs() const {
  static const std::vector<TensorSpec> none;
  return none;
}

Status CheckInputs(std::span<const TensorSpec> specs, std::span<const TensorView> inputs) {
  if (inputs.size() != specs.size()) {
    return InvalidArgument("want {} inputs, got {}", specs.size(), inputs.size());
  }
  for (std::size_t i = 0; i < specs.size(); ++i) SLIPWAY_TRY(CheckInput(specs[i], inputs[i]));
  return {};
}

}  // namespace slipway::runtime
