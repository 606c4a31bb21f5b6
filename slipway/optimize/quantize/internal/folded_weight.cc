// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/folded_weight.h"

#include "slipway/base/check.h"
#include "slipway/optimize/quantize/internal/bit_packing.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::quantize {
namespace {

constexpr std::int64_t kFoldedByteBits = 8;
constexpr std::int64_t kByteValues = 256;

std::int64_t Signed(std::size_t size) { return static_cast<std::int64_t>(size); }

// TensorProto.DataType of ONNX.
std::int64_t OnnxType(DataType type) {
  constexpr std::int64_t kOnnxFloat = 1;
  constexpr std::int64_t kOnnxInt32 = 6;
  SLIPWAY_CHECK(type == DataType::kFloat32 || type == DataType::kInt32);
  return type == DataType::kFloat32 ? kOnnxFloat : kOnnxInt32;
}

}  // namespace

std::string FoldedWeightWriter::Write(const BlockWeights& weights, const Target& target) {
  const std::string& name = target.name;
  const Shape per_block({Signed(weights.channels), Signed(weights.blocks()), 1});
  std::vector<float> scales;
  std::vector<std::uint8_t> zero_points;
  for (const BlockGrid& grid : weights.grids) {
    scales.push_back(grid.scale);
    zero_points.push_back(grid.zero_point);
  }
  const std::string codes = WriteCodes(weights, name);
  const std::string zeros =
      builder_.Constant<std::uint8_t>(name + "_zero_points", per_block, zero_points);
  const std::string float_zeros = Cast(zeros, DataType::kFloat32, name + "_float_zero_points");
  const std::string centred = builder_.Node("Sub", {codes, float_zeros}, name + "_centred");
  const std::string scale = builder_.Constant<float>(name + "_scales", per_block, scales);
  std::string value = builder_.Node("Mul", {centred, scale}, name + "_scaled");

  const auto channels = Signed(weights.channels);
  const auto padded = Signed(weights.blocks() * weights.format.block_size);
  const auto depth = Signed(weights.depth);
  if (padded != depth) {
    const std::string rows = builder_.Integers(name + "_rows", std::array{channels, padded});
    value = builder_.Node("Reshape", {value, rows}, name + "_padded");
    value = builder_.Node("Slice",
                          {value, builder_.Integers(name + "_start", std::array{std::int64_t{0}}),
                           builder_.Integers(name + "_end", std::array{depth}),
                           builder_.Integers(name + "_axis", std::array{std::int64_t{1}})},
                          name + "_cut");
  }
  if (target.is_transposed) {
    const std::string matrix = builder_.Integers(name + "_matrix", std::array{channels, depth});
    value = builder_.Node("Reshape", {value, matrix}, name + "_untransposed");
    return builder_.Node("Transpose", {value}, name + "_expanded",
                         {{"perm", std::vector<std::int64_t>{1, 0}}});
  }
  const std::string shape = builder_.Integers(name + "_shape", target.shape.sizes());
  return builder_.Node("Reshape", {value, shape}, name + "_expanded");
}

std::string FoldedWeightWriter::WriteCodes(const BlockWeights& weights, const std::string& name) {
  const std::array sizes = {Signed(weights.channels), Signed(weights.blocks()),
                            Signed(weights.format.block_size)};
  if (weights.format.bits == kFoldedByteBits) {
    const std::string codes = builder_.Constant<std::uint8_t>(
        name + "_codes", Shape({sizes[0], sizes[1], sizes[2]}), weights.codes);
    return Cast(codes, DataType::kFloat32, name + "_float_codes");
  }
  std::string value = WritePlanes(weights, name);
  const auto count = Signed(weights.codes.size());
  if (count % kFoldedByteBits != 0) {
    const std::string flat = builder_.Integers(name + "_flat", std::array{std::int64_t{-1}});
    value = builder_.Node("Reshape", {value, flat}, name + "_whole_bytes");
    const std::string zero = builder_.Integers(name + "_first", std::array{std::int64_t{0}});
    value = builder_.Node(
        "Slice", {value, zero, builder_.Integers(name + "_count", std::array{count}), zero},
        name + "_flat_codes");
  }
  const std::string shape = builder_.Integers(name + "_blocks", sizes);
  return builder_.Node("Reshape", {value, shape}, name + "_float_codes");
}

// The codes as float32, [bytes, 8].
std::string FoldedWeightWriter::WritePlanes(const BlockWeights& weights, const std::string& name) {
  const auto bits = Signed(weights.format.bits);
  const std::vector<std::uint8_t> planes = PackPlanes(weights.codes, weights.format.bits);
  const Shape shape({bits, Signed(planes.size()) / bits});
  const std::string packed = builder_.Constant<std::uint8_t>(name + "_planes", shape, planes);
  const std::string index = Cast(packed, DataType::kInt32, name + "_bytes");
  const std::string single =
      builder_.Node("Gather", {BitTable(), index}, name + "_bits", {{"axis", std::int64_t{0}}});
  const std::string as_float = Cast(single, DataType::kFloat32, name + "_float_bits");
  std::vector<float> worth;
  worth.reserve(static_cast<std::size_t>(bits));
  for (int plane = 0; plane < bits; ++plane) worth.push_back(std::ldexp(1.0F, plane));
  const std::string factors =
      builder_.Constant<float>(name + "_bit_values", Shape({bits, 1, 1}), worth);
  const std::string weighted = builder_.Node("Mul", {as_float, factors}, name + "_weighted_bits");
  const std::string axis = builder_.Integers(name + "_planes_axis", std::array{std::int64_t{0}});
  return builder_.Node("ReduceSum", {weighted, axis}, name + "_summed_bits",
                       {{"keepdims", std::int64_t{0}}});
}

std::string FoldedWeightWriter::Cast(const std::string& value, DataType type,
                                     const std::string& name) {
  return builder_.Node("Cast", {value}, name, {{"to", OnnxType(type)}});
}

const std::string& FoldedWeightWriter::BitTable() {
  if (!bit_table_) {
    std::vector<std::uint8_t> table;
    for (std::int64_t byte = 0; byte < kByteValues; ++byte) {
      for (std::int64_t bit = 0; bit < kFoldedByteBits; ++bit) {
        table.push_back(static_cast<std::uint8_t>((byte >> bit) & 1));
      }
    }
    bit_table_ = builder_.Constant<std::uint8_t>("bits_of_bytes",
                                                 Shape({kByteValues, kFoldedByteBits}), table);
  }
  return *bit_table_;
}

}  // namespace slipway::quantize
