// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/store_half.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/half_float.h"
#include "slipway/optimize/quantize/internal/graph_builder.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slipway::quantize {
namespace {

// A Cast and its names take about half as many bytes.
constexpr std::size_t kMinBytes = 512;

// What a constant looks like as a half, and how far off it is.
struct Half {
  Tensor tensor;
  evaluate::WeightChange change;
  bool fits = true;
};

Result<Half> AsHalf(const Tensor& tensor, DataType type) {
  std::vector<std::uint16_t> bits;
  std::vector<float> after;
  bool fits = true;
  for (const float value : tensor.elements<float>()) {
    const bool is_16 = type == DataType::kFloat16;
    bits.push_back(is_16 ? Float16Bits(value) : Bfloat16Bits(value));
    const float back = is_16 ? FromFloat16Bits(bits.back()) : FromBfloat16Bits(bits.back());
    fits = fits && std::isfinite(back);
    after.push_back(back);
  }
  SLIPWAY_TRY_ASSIGN(Tensor half,
                     Tensor::CopyOf({type, tensor.shape(), std::as_bytes(std::span(bits))}));
  // What does not fit is not stored.
  evaluate::WeightChange change =
      fits ? evaluate::ChangeOf(tensor.elements<float>(), after) : evaluate::WeightChange();
  return Half{std::move(half), std::move(change), fits};
}

Status CheckFinite(const std::string& name, const Tensor& tensor) {
  const auto values = tensor.elements<float>();
  const std::size_t broken = FirstNonFinite(values);
  if (broken == values.size()) return {};
  return InvalidArgument("initializer \"{}\": {} at index {} is not finite", name, values[broken],
                         broken);
}

Status CheckType(const graph::Model& model, DataType type) {
  if (type != DataType::kFloat16 && type != DataType::kBfloat16) {
    return InvalidArgument("constants cannot be stored as {}: it must be float16 or bfloat16",
                           DataTypeName(type));
  }
  constexpr std::int64_t kCastOfFloat16 = 6;
  constexpr std::int64_t kCastOfBfloat16 = 13;
  const std::int64_t needed = type == DataType::kFloat16 ? kCastOfFloat16 : kCastOfBfloat16;
  if (model.OpsetVersion() >= needed) return {};
  return InvalidArgument("the model is of opset {}: {} needs at least {}", model.OpsetVersion(),
                         DataTypeName(type), needed);
}

}  // namespace

Result<QuantizeReport> StoreAsHalf(graph::Model& model, DataType type) {
  SLIPWAY_TRY(CheckType(model, type));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  QuantizeReport report;
  report.method = type == DataType::kFloat16 ? "fp16" : "bf16";
  report.target = ResolveTargetCpu(TargetCpu::kThisMachine);
  report.float_bytes = original.size();
  graph::Model stored = model;
  GraphBuilder builder(stored.graph);
  std::vector<graph::Node> nodes = std::exchange(stored.graph.nodes, {});
  for (const auto& [name, tensor] : model.graph.initializers) {
    if (tensor->dtype() != DataType::kFloat32) continue;
    SLIPWAY_TRY(CheckFinite(name, *tensor));
    LayerReport layer;
    layer.name = name;
    layer.op_type = "Initializer";
    if (tensor->bytes().size() < kMinBytes) {
      layer.reason = "too small to gain from it";
      report.layers.push_back(std::move(layer));
      continue;
    }
    SLIPWAY_TRY_ASSIGN(Half half, AsHalf(*tensor, type));
    if (half.fits) {
      layer.type = DataTypeName(type);
      layer.weight = std::move(half.change);
      stored.graph.initializers.erase(name);
      stored.graph.initializer_extras.erase(name);
      const std::string codes = builder.Constant(name + "_half", std::move(half.tensor));
      constexpr std::int64_t kOnnxFloat = 1;
      builder.NodeFor(name, "Cast", {codes}, {{"to", kOnnxFloat}});
    } else {
      layer.reason = "a number is beyond float16";
    }
    report.layers.push_back(std::move(layer));
  }
  std::ranges::move(nodes, std::back_inserter(stored.graph.nodes));
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(stored));
  report.quantized_bytes = bytes.size();
  model = std::move(stored);
  return report;
}

}  // namespace slipway::quantize
