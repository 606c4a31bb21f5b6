// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/input_rows.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace slipway::codebook {
namespace {

constexpr std::size_t kFirstSpatial = 2;  // The first spatial dimension of a convolution's tensors.

}  // namespace

std::optional<InputRows> InputRows::Create(const graph::Node& node, const MatrixLayout& layout) {
  InputRows rows(layout);
  if (node.IntAttribute("transA", 0) != 0) return std::nullopt;
  const std::int64_t groups = node.IntAttribute("group", 1);
  if (groups < 1 || layout.rows % static_cast<std::size_t>(groups) != 0) return std::nullopt;
  rows.groups_ = static_cast<std::size_t>(groups);
  if (node.op_type == "Conv" && !rows.ReadWindows(node)) return std::nullopt;
  return rows;
}

bool InputRows::ReadWindows(const graph::Node& node) {
  const graph::Attribute* const padding = node.FindAttribute("auto_pad");
  if (padding != nullptr) {
    const auto* const mode = std::get_if<std::string>(&padding->value);
    if (mode == nullptr || (*mode != "NOTSET" && *mode != "VALID")) return false;
  }
  const std::size_t rank = layout_.shape.rank() - kFirstSpatial;
  const std::vector<std::int64_t> strides = node.IntsAttribute("strides");
  const std::vector<std::int64_t> dilations = node.IntsAttribute("dilations");
  const std::vector<std::int64_t> pads = node.IntsAttribute("pads");
  if ((!strides.empty() && strides.size() != rank) || (!pads.empty() && pads.size() != 2 * rank) ||
      (!dilations.empty() && dilations.size() != rank)) {
    return false;
  }
  for (std::size_t i = 0; i < rank; ++i) {
    Window window;
    window.kernel = layout_.shape[i + kFirstSpatial];
    if (!strides.empty()) window.stride = strides[i];
    if (!dilations.empty()) window.dilation = dilations[i];
    if (!pads.empty()) window.pad_before = pads[i];
    if (!pads.empty()) window.pad_after = pads[rank + i];
    if (window.stride < 1 || window.dilation < 1) return false;
    windows_.push_back(window);
  }
  return true;
}

std::vector<float> InputRows::Sample(const TensorView& input, std::size_t count) {
  if (input.dtype != DataType::kFloat32) return {};
  return windows_.empty() ? SampleMatrix(input, count) : SamplePatches(input, count);
}

std::vector<float> InputRows::SampleMatrix(const TensorView& input, std::size_t count) {
  const std::size_t rank = input.shape.rank();
  const std::size_t columns = layout_.columns;
  if (rank == 0 || input.shape[rank - 1] != static_cast<std::int64_t>(columns)) return {};
  const auto elements = input.elements<float>();
  std::vector<float> rows;
  for (const std::size_t row : Choose(elements.size() / columns, count)) {
    const auto chosen = elements.subspan(row * columns, columns);
    rows.insert(rows.end(), chosen.begin(), chosen.end());
  }
  return rows;
}

std::vector<float> InputRows::SamplePatches(const TensorView& input, std::size_t count) {
  const auto groups = static_cast<std::int64_t>(groups_);
  if (input.shape.rank() != layout_.shape.rank() || input.shape[1] != groups * layout_.shape[1]) {
    return {};
  }
  std::vector<std::size_t> sizes;
  std::size_t patches = 1;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const std::int64_t size = windows_[i].OutputSize(input.shape[i + kFirstSpatial]);
    sizes.push_back(static_cast<std::size_t>(std::max<std::int64_t>(size, 0)));
    patches *= sizes.back();
  }
  std::vector<float> rows;
  std::vector<std::int64_t> corner(windows_.size());
  for (std::size_t index : Choose(static_cast<std::size_t>(input.shape[0]) * patches, count)) {
    const std::size_t sample = index / patches;
    index %= patches;
    for (std::size_t i = windows_.size(); i-- > 0;) {
      corner[i] =
          static_cast<std::int64_t>(index % sizes[i]) * windows_[i].stride - windows_[i].pad_before;
      index /= sizes[i];
    }
    AppendPatch(input, sample, corner, rows);
  }
  return rows;
}

// The numbers under the kernel if it lies at `corner`: channel by channel, zeros outside.
void InputRows::AppendPatch(const TensorView& input, std::size_t sample,
                            const std::vector<std::int64_t>& corner,
                            std::vector<float>& rows) const {
  const auto elements = input.elements<float>();
  const auto channels = static_cast<std::size_t>(input.shape[1]);
  const std::size_t plane = static_cast<std::size_t>(input.shape.row_size()) / channels;
  const std::size_t taps = groups_ * layout_.columns / channels;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const auto of_channel = elements.subspan((sample * channels + channel) * plane, plane);
    for (std::size_t tap = 0; tap < taps; ++tap) {
      std::size_t left = tap;
      std::size_t offset = 0;
      std::size_t step = 1;
      bool is_inside = true;
      for (std::size_t i = windows_.size(); i-- > 0;) {
        const auto kernel = static_cast<std::size_t>(windows_[i].kernel);
        const auto along = static_cast<std::int64_t>(left % kernel);
        left /= kernel;
        const std::int64_t place = corner[i] + along * windows_[i].dilation;
        const std::int64_t size = input.shape[i + kFirstSpatial];
        if (place < 0 || place >= size) {
          is_inside = false;
          break;
        }
        offset += static_cast<std::size_t>(place) * step;
        step *= static_cast<std::size_t>(size);
      }
      rows.push_back(is_inside ? of_channel[offset] : 0);
    }
  }
}

std::vector<std::size_t> InputRows::Choose(std::size_t total, std::size_t count) {
  std::vector<std::size_t> chosen(std::min(total, count));
  if (total <= count) {
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    return chosen;
  }
  std::uniform_int_distribution<std::size_t> any(0, total - 1);
  for (std::size_t& index : chosen) index = any(random_);
  return chosen;
}

}  // namespace slipway::codebook
