// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/expression_writer.h"

#include "slipway/base/check.h"
#include "slipway/base/format.h"
#include "slipway/optimize/codebook/bit_packing.h"
#include "slipway/optimize/codebook/internal/codebook_tensor.h"
#include "slipway/optimize/codebook/internal/onnx_numbers.h"

#include <iterator>
#include <memory>
#include <utility>

namespace slipway::codebook {
namespace {

// Element types by their numbers in ONNX.
constexpr std::int64_t kOnnxInt32 = 6;
constexpr std::int64_t kOnnxUint64 = 13;
constexpr std::size_t kCodeByteBits = 8;

std::int64_t Signed(std::size_t size) { return static_cast<std::int64_t>(size); }

// A number of `width` bits is moved by these to have each code of a group at its top.
template <typename T>
std::vector<T> LeftShifts(const CodeGroup& group, std::size_t bits, std::size_t width) {
  std::vector<T> shifts(group.codes);
  for (std::size_t i = 0; i < group.codes; ++i) {
    shifts[i] = static_cast<T>(width - (i + 1) * bits);
  }
  return shifts;
}

graph::Attribute Direction(std::string direction) {
  return {.name = "direction", .value = std::move(direction)};
}

}  // namespace

ExpressionWriter::ExpressionWriter(graph::Graph& graph, std::int64_t opset)
    : graph_(graph), opset_(opset), names_(graph) {
  SLIPWAY_CHECK(opset >= kOldestOpset);
}

void ExpressionWriter::Replace(const std::string& weight, const CodedWeight& coded) {
  prefix_ = fmt::format("w{}", weight_count_++);
  value_count_ = 0;
  graph_.initializers.erase(weight);
  graph_.initializer_extras.erase(weight);
  Arrange(coded, LookUp(coded, Unpack(coded)));
  nodes_.back().outputs[0] = weight;
}

void ExpressionWriter::Finish() {
  graph_.nodes.insert(graph_.nodes.begin(), std::make_move_iterator(nodes_.begin()),
                      std::make_move_iterator(nodes_.end()));
  nodes_.clear();
}

// The codes as int32 [stages, rows, positions]; without stages, [rows, positions].
std::string ExpressionWriter::Unpack(const CodedWeight& coded) {
  const std::size_t bits = coded.bits();
  const CodeGroup group = GroupOf(bits);
  const std::vector<std::uint8_t> packed = PackCodes(coded.codes, bits);
  const std::size_t groups = packed.size() / group.bytes;
  std::string codes =
      Own("c", Tensor::Of<std::uint8_t>(Shape({Signed(groups), Signed(group.bytes)}), packed));
  if (group.codes > 1) {
    const Shape row({1, Signed(group.codes)});
    std::string left;
    std::string right;
    if (group.bytes == 1) {
      left = Shared(row, LeftShifts<std::uint8_t>(group, bits, kCodeByteBits));
      right = Shared(Shape(), std::vector{static_cast<std::uint8_t>(kCodeByteBits - bits)});
    } else {
      constexpr std::size_t kWordBits = 64;
      codes = Widen(std::move(codes), group.bytes);
      left = Shared(row, LeftShifts<std::uint64_t>(group, bits, kWordBits));
      right = Shared(Shape(), std::vector<std::uint64_t>{kWordBits - bits});
    }
    codes = AddNode("BitShift", {codes, left}, {Direction("LEFT")});
    codes = AddNode("BitShift", {codes, right}, {Direction("RIGHT")});
  }
  codes = Cast(std::move(codes), kOnnxInt32);
  if (groups * group.codes != coded.codes.size()) {
    codes = AddNode("Reshape", {codes, Sizes({-1})});
    codes = Slice(std::move(codes), Signed(coded.codes.size()), 0);
  }
  std::vector<std::int64_t> shape = {Signed(coded.layout.rows), Signed(coded.positions())};
  if (coded.stages > 1) shape.insert(shape.begin(), Signed(coded.stages));
  return AddNode("Reshape", {codes, Sizes(shape)});
}

// The rows of `packed` as little-endian numbers: uint64 [groups, 1].
std::string ExpressionWriter::Widen(std::string packed, std::size_t group_bytes) {
  std::vector<std::uint64_t> powers(group_bytes);
  for (std::size_t i = 0; i < group_bytes; ++i) powers[i] = std::uint64_t{1} << (kCodeByteBits * i);
  std::string bytes = Cast(std::move(packed), kOnnxUint64);
  return AddNode("MatMul", {bytes, Shared(Shape({Signed(group_bytes), 1}), powers)});
}

// The vectors that the codes stand for: [rows, positions, vector_length], or [rows, positions] if
// vectors are single numbers.
std::string ExpressionWriter::LookUp(const CodedWeight& coded, std::string indices) {
  if (coded.stages == 1) return AddNode("Gather", {Codebook(coded), indices});
  std::vector<std::int32_t> firsts(coded.stages);
  for (std::size_t stage = 0; stage < coded.stages; ++stage) {
    firsts[stage] = static_cast<std::int32_t>(stage * coded.entries);
  }
  indices = AddNode("Add", {indices, Shared(Shape({Signed(coded.stages), 1, 1}), firsts)});
  std::string vectors = AddNode("Gather", {Codebook(coded), indices});
  std::vector<std::string> inputs = {std::move(vectors)};
  std::vector<graph::Attribute> attributes = {{"keepdims", std::int64_t{0}}};
  if (opset_ >= kAxesAsInputOpset) {
    inputs.push_back(Sizes({0}));
  } else {
    attributes.push_back({"axes", std::vector<std::int64_t>{0}});
  }
  return AddNode("ReduceSum", std::move(inputs), std::move(attributes));
}

// The weight tensor, from its vectors.
std::string ExpressionWriter::Arrange(const CodedWeight& coded, std::string vectors) {
  const MatrixLayout& layout = coded.layout;
  const std::size_t width = coded.positions() * coded.vector_length;
  if (coded.vector_length > 1) {
    vectors = AddNode("Reshape", {vectors, Sizes({Signed(layout.rows), Signed(width)})});
  }
  if (width != layout.columns) vectors = Slice(std::move(vectors), Signed(layout.columns), 1);
  if (!coded.column_order.empty()) {
    std::vector<std::uint16_t> place(layout.columns);
    for (std::size_t c = 0; c < layout.columns; ++c) {
      place[coded.column_order[c]] = static_cast<std::uint16_t>(c);
    }
    std::string order = Own("o", Tensor::Of<std::uint16_t>(Shape({Signed(place.size())}), place));
    vectors = AddNode("Gather", {vectors, Cast(std::move(order), kOnnxInt32)},
                      {{"axis", std::int64_t{1}}});
  }
  std::vector<std::int64_t> scale_shape(layout.shape.rank(), 1);
  if (layout.is_transposed) {
    vectors = AddNode("Transpose", {vectors});
    scale_shape[1] = Signed(layout.rows);
  } else {
    if (layout.shape.rank() != 2) {
      const std::span<const std::int64_t> sizes = layout.shape.sizes();
      vectors = AddNode("Reshape", {vectors, Sizes({sizes.begin(), sizes.end()})});
    }
    scale_shape[0] = Signed(layout.rows);
  }
  if (coded.scales.empty()) return vectors;
  const Shape shape = *Shape::Create(scale_shape);
  return AddNode("Mul", {vectors, Own("s", Tensor::Of<float>(shape, coded.scales))});
}

// The codebook as float32.
std::string ExpressionWriter::Codebook(const CodedWeight& coded) {
  std::string codebook = Own("b", CodebookTensor(coded));
  if (coded.storage == CodebookStorage::kFloat32) return codebook;
  return Cast(std::move(codebook), kOnnxFloat);
}

std::string ExpressionWriter::AddNode(std::string op_type, std::vector<std::string> inputs,
                                      std::vector<graph::Attribute> attributes) {
  graph::Node node;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {names_.ForValue(fmt::format("{}.{}", prefix_, value_count_++))};
  node.attributes = std::move(attributes);
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs[0];
}

std::string ExpressionWriter::Cast(std::string value, std::int64_t onnx_type) {
  return AddNode("Cast", {std::move(value)}, {{"to", onnx_type}});
}

// The first `size` steps of `value` along `axis`.
std::string ExpressionWriter::Slice(std::string value, std::int64_t size, std::int64_t axis) {
  return AddNode("Slice", {std::move(value), Sizes({0}), Sizes({size}), Sizes({axis})});
}

std::string ExpressionWriter::Own(std::string_view what, Tensor tensor) {
  std::string name = names_.ForValue(fmt::format("{}.{}", prefix_, what));
  graph_.initializers[name] = std::make_shared<const Tensor>(std::move(tensor));
  return name;
}

std::string ExpressionWriter::Sizes(const std::vector<std::int64_t>& sizes) {
  return Shared(Shape({Signed(sizes.size())}), sizes);
}

template <typename T>
std::string ExpressionWriter::Shared(const Shape& shape, const std::vector<T>& elements) {
  const std::string contents = fmt::format("{} {} {}", DataTypeName(DataTypeOf<T>::kValue),
                                           ToString(shape), fmt::join(elements, ","));
  const auto [entry, is_new] = shared_.try_emplace(contents);
  if (is_new) {
    entry->second = names_.ForValue(fmt::format("w.{}", shared_.size()));
    graph_.initializers[entry->second] =
        std::make_shared<const Tensor>(Tensor::Of<T>(shape, elements));
  }
  return entry->second;
}

}  // namespace slipway::codebook
