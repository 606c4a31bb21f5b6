// SPDX-License-Identifier: Apache-2.0
// Operators that slide a window over the spatial dimensions of an image [n, channels, ...].
#include "slipway/graph/internal/inference/rules.h"

#include <array>

namespace slipway::graph {
namespace {

constexpr std::size_t kSpatialStart = 2;  // After the batch and the channels.

/// A window along one spatial dimension.
struct Window {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;
  std::int64_t output_padding = 0;

  /// How much of the input it covers.
  std::int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

/// An entry of a list attribute, `otherwise` if the list is absent or short. Nothing that means a
/// size can be as large as `kLargestSize`.
std::optional<std::int64_t> EntryOf(const std::vector<std::int64_t>& list, std::size_t index,
                                    std::int64_t otherwise) {
  if (index >= list.size()) return otherwise;
  constexpr std::int64_t kLargestEntry = std::int64_t{1} << 30U;
  if (list[index] < -kLargestEntry || list[index] > kLargestEntry) return std::nullopt;
  return list[index];
}

/// The window along the spatial dimension `index` of `rank`; nothing if an attribute cannot be.
std::optional<Window> WindowOf(const Node& node, std::size_t index, std::size_t rank,
                               std::int64_t kernel) {
  const auto strides = EntryOf(node.IntsAttribute("strides"), index, 1);
  const auto dilations = EntryOf(node.IntsAttribute("dilations"), index, 1);
  const auto pad_begin = EntryOf(node.IntsAttribute("pads"), index, 0);
  const auto pad_end = EntryOf(node.IntsAttribute("pads"), index + rank, 0);
  const auto output_padding = EntryOf(node.IntsAttribute("output_padding"), index, 0);
  if (!strides || !dilations || !pad_begin || !pad_end || !output_padding) return std::nullopt;
  if (kernel < 1 || kernel > (std::int64_t{1} << 30U) || *strides < 1 || *dilations < 1) {
    return std::nullopt;
  }
  return Window{kernel, *strides, *dilations, *pad_begin, *pad_end, *output_padding};
}

std::int64_t DivideUp(std::int64_t a, std::int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

/// How many windows fit into `size`. (ONNX, MaxPool: output_spatial_shape)
Dimension WindowCount(const OperatorContext& context, std::int64_t size, Window window) {
  const std::string_view auto_pad = context.StringAttribute("auto_pad", "NOTSET");
  if (auto_pad.starts_with("SAME")) return DimensionOf(DivideUp(size, window.stride));
  if (auto_pad == "VALID") window.pad_begin = window.pad_end = 0;
  const std::int64_t room = size + window.pad_begin + window.pad_end - window.extent();
  if (room < 0) return {};
  if (context.node().IntAttribute("ceil_mode", 0) == 0) {
    return DimensionOf(room / window.stride + 1);
  }
  const std::int64_t count = DivideUp(room, window.stride) + 1;
  // A window that would start in the padding behind the input is left out.
  const bool starts_outside = (count - 1) * window.stride >= size + window.pad_begin;
  return DimensionOf(starts_outside ? count - 1 : count);
}

/// The inverse of the above. (ONNX, ConvTranspose)
Dimension TransposedSize(const OperatorContext& context, std::int64_t size, const Window& window) {
  if (size > kLargestSize / window.stride) return {};
  const std::string_view auto_pad = context.StringAttribute("auto_pad", "NOTSET");
  if (auto_pad.starts_with("SAME")) return DimensionOf(size * window.stride);
  const std::int64_t pads = auto_pad == "VALID" ? 0 : window.pad_begin + window.pad_end;
  return DimensionOf(window.stride * (size - 1) + window.output_padding + window.extent() - pads);
}

/// What `size_of` makes of each spatial dimension of `input`.
Dimensions SpatialSizes(const OperatorContext& context, const Dimensions& input,
                        std::span<const Dimension> kernel, auto size_of) {
  Dimensions sizes;
  for (std::size_t i = kSpatialStart; i < input.size(); ++i) {
    const std::size_t index = i - kSpatialStart;
    Dimension size;
    if (input[i].size && index < kernel.size() && kernel[index].size) {
      const std::optional<Window> window =
          WindowOf(context.node(), index, input.size() - kSpatialStart, *kernel[index].size);
      if (window) size = size_of(context, *input[i].size, *window);
    }
    sizes.push_back(size);
  }
  return sizes;
}

void Append(Dimensions& shape, const Dimensions& more) {
  shape.insert(shape.end(), more.begin(), more.end());
}

/// The shape of a convolution of input `image` with the weights of input `weights`.
std::optional<Dimensions> ConvolvedShape(const OperatorContext& context, std::size_t image,
                                         std::size_t weights) {
  const Dimensions* const x = context.shape(image);
  const Dimensions* const w = context.shape(weights);
  if (x == nullptr || x->size() < kSpatialStart) return std::nullopt;
  Dimensions shape = {x->front(), Dimension{}};
  const bool has_weights = w != nullptr && w->size() == x->size();
  if (has_weights) shape[1] = w->front();
  const std::span<const Dimension> kernel =
      has_weights ? std::span(*w).subspan(kSpatialStart) : std::span<const Dimension>();
  Append(shape, SpatialSizes(context, *x, kernel, WindowCount));
  return shape;
}

void InferConv(OperatorContext& context) {
  context.SetOutput(0, context.dtype(0), ConvolvedShape(context, 0, 1));
}

void InferConvInteger(OperatorContext& context) {
  context.SetOutput(0, DataType::kInt32, ConvolvedShape(context, 0, 1));
}

void InferQLinearConv(OperatorContext& context) {
  constexpr std::size_t kWeights = 3;
  constexpr std::size_t kOutputZeroPoint = 7;
  context.SetOutput(0, context.dtype(kOutputZeroPoint), ConvolvedShape(context, 0, kWeights));
}

void InferConvTranspose(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  const Dimensions* const w = context.shape(1);
  if (x == nullptr || w == nullptr || x->size() < kSpatialStart || w->size() != x->size()) return;
  const std::int64_t group = context.node().IntAttribute("group", 1);
  Dimensions shape = {x->front(), Dimension{}};
  if ((*w)[1].size) shape[1] = DimensionOf(CheckedMultiply(*(*w)[1].size, group));
  const std::vector<std::int64_t> output_shape = context.node().IntsAttribute("output_shape");
  if (output_shape.size() + kSpatialStart == x->size()) {
    for (const std::int64_t size : output_shape) shape.push_back(DimensionOf(size));
  } else {
    Append(shape, SpatialSizes(context, *x, std::span(*w).subspan(kSpatialStart), TransposedSize));
  }
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

void InferPool(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  if (x == nullptr || x->size() < kSpatialStart) return;
  if (context.node().IntAttribute("channels_last", 0) != 0) return;
  Dimensions kernel;
  for (const std::int64_t size : context.node().IntsAttribute("kernel_shape")) {
    kernel.push_back(DimensionOf(size));
  }
  Dimensions shape = {x->begin(), x->begin() + kSpatialStart};
  Append(shape, SpatialSizes(context, *x, kernel, WindowCount));
  context.SetOutput(1, DataType::kInt64, shape);
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

void InferGlobalPool(OperatorContext& context) {
  const Dimensions* const x = context.shape(0);
  if (x == nullptr || x->size() < kSpatialStart) return;
  if (context.node().IntAttribute("channels_last", 0) != 0) return;
  Dimensions shape = {x->begin(), x->begin() + kSpatialStart};
  shape.resize(x->size(), DimensionOf(1));
  context.SetOutput(0, context.dtype(0), std::move(shape));
}

constexpr std::array kConvolutionRules = {
    OperatorRule{"AveragePool", InferPool},
    OperatorRule{"Conv", InferConv},
    OperatorRule{"ConvInteger", InferConvInteger},
    OperatorRule{"ConvTranspose", InferConvTranspose},
    OperatorRule{"FusedConv", InferConv, "com.microsoft"},
    OperatorRule{"GlobalAveragePool", InferGlobalPool},
    OperatorRule{"GlobalLpPool", InferGlobalPool},
    OperatorRule{"GlobalMaxPool", InferGlobalPool},
    OperatorRule{"LpPool", InferPool},
    OperatorRule{"MaxPool", InferPool},
    OperatorRule{"QLinearAveragePool", InferPool, "com.microsoft"},
    OperatorRule{"QLinearConv", InferQLinearConv},
    OperatorRule{"QLinearGlobalAveragePool", InferGlobalPool, "com.microsoft"},
};

}  // namespace

std::span<const OperatorRule> ConvolutionRules() { return kConvolutionRules; }

}  // namespace slipway::graph
