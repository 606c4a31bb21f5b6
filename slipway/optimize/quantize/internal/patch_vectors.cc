// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/patch_vectors.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::size_t kPlaneRank = 4;

// The list `name` of `node`, or `size` times `otherwise` if it has none.
std::vector<std::int64_t> ListOf(const graph::Node& node, std::string_view name, std::size_t size,
                                 std::int64_t otherwise) {
  const graph::Attribute* attribute = node.FindAttribute(name);
  const auto* list =
      attribute == nullptr ? nullptr : std::get_if<std::vector<std::int64_t>>(&attribute->value);
  return list == nullptr ? std::vector<std::int64_t>(size, otherwise) : *list;
}

bool HasWrittenPads(const graph::Node& node) {
  const graph::Attribute* attribute = node.FindAttribute("auto_pad");
  const auto* mode = attribute == nullptr ? nullptr : std::get_if<std::string>(&attribute->value);
  return attribute == nullptr || (mode != nullptr && *mode == "NOTSET");
}

// One dimension of the input and the places of the kernel along it.
struct Axis {
  std::int64_t size = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_before = 0;
  std::int64_t pad_after = 0;

  std::int64_t places() const {
    const std::int64_t room = size + pad_before + pad_after - (kernel - 1) * dilation - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
  // Where the kernel's element `tap` lies at `place`; may be outside.
  std::int64_t At(std::int64_t place, std::int64_t tap) const {
    return place * stride - pad_before + tap * dilation;
  }
  bool Holds(std::int64_t position) const { return position >= 0 && position < size; }
};

Axis AxisOf(const PatchGeometry& geometry, std::size_t axis, std::int64_t size) {
  return {.size = size,
          .kernel = geometry.kernel[axis],
          .stride = geometry.strides[axis],
          .dilation = geometry.dilations[axis],
          .pad_before = geometry.pads[axis],
          .pad_after = geometry.pads[axis + 2]};
}

// The samples of an input and what is cut out of each.
class PatchCutter {
 public:
  PatchCutter(std::int64_t channels, const Axis& rows, const Axis& columns)
      : channels_(channels), rows_(rows), columns_(columns) {}

  // Appends the vector at `place` of `sample`.
  void Cut(std::span<const float> sample, std::int64_t place, std::vector<float>& vectors) const {
    const std::int64_t row = place / columns_.places();
    const std::int64_t column = place % columns_.places();
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      for (std::int64_t y = 0; y < rows_.kernel; ++y) {
        const std::int64_t at_row = rows_.At(row, y);
        for (std::int64_t x = 0; x < columns_.kernel; ++x) {
          const std::int64_t at_column = columns_.At(column, x);
          const bool is_inside = rows_.Holds(at_row) && columns_.Holds(at_column);
          const std::int64_t index = (channel * rows_.size + at_row) * columns_.size + at_column;
          vectors.push_back(is_inside ? sample[static_cast<std::size_t>(index)] : 0);
        }
      }
    }
  }

  std::int64_t places() const { return rows_.places() * columns_.places(); }

 private:
  const std::int64_t channels_;
  const Axis rows_;
  const Axis columns_;
};

}  // namespace

std::optional<PatchGeometry> PatchGeometryOf(const graph::Node& node, const Shape& weight) {
  if (node.IntAttribute("group", 1) != 1 || weight.rank() != kPlaneRank || !HasWrittenPads(node)) {
    return std::nullopt;
  }
  const std::vector<std::int64_t> strides = ListOf(node, "strides", 2, 1);
  const std::vector<std::int64_t> dilations = ListOf(node, "dilations", 2, 1);
  const std::vector<std::int64_t> pads = ListOf(node, "pads", 4, 0);
  const auto all_at_least = [](const std::vector<std::int64_t>& list, std::int64_t least) {
    return std::ranges::all_of(list, [=](std::int64_t value) { return value >= least; });
  };
  const bool is_sound = strides.size() == 2 && dilations.size() == 2 && pads.size() == 4 &&
                        all_at_least(strides, 1) && all_at_least(dilations, 1) &&
                        all_at_least(pads, 0);
  if (!is_sound) return std::nullopt;
  return PatchGeometry{.kernel = {weight[2], weight[3]},
                       .strides = {strides[0], strides[1]},
                       .dilations = {dilations[0], dilations[1]},
                       .pads = {pads[0], pads[1], pads[2], pads[3]}};
}

std::vector<float> PatchVectors(const TensorView& input, const PatchGeometry& geometry,
                                std::size_t most_of_sample) {
  const Shape& shape = input.shape;
  const PatchCutter cutter(shape[1], AxisOf(geometry, 0, shape[2]), AxisOf(geometry, 1, shape[3]));
  const auto all = static_cast<std::size_t>(cutter.places());
  const std::size_t taken = std::min(all, most_of_sample);
  const auto sample_size = static_cast<std::size_t>(shape.row_size());
  const std::span<const float> values = input.elements<float>();
  std::vector<float> vectors;
  for (std::size_t first = 0; first < values.size(); first += sample_size) {
    for (std::size_t i = 0; i < taken; ++i) {
      cutter.Cut(values.subspan(first, sample_size), static_cast<std::int64_t>(i * all / taken),
                 vectors);
    }
  }
  return vectors;
}

}  // namespace slipway::quantize
