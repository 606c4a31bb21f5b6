// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/synthetic_input.h"

#include <algorithm>
#include <charconv>
#include <random>

namespace slipway::app {
namespace {

constexpr unsigned kSeed = 1;

template <typename T>
void FillUniform(Tensor& tensor) {
  std::minstd_rand random(kSeed);
  std::uniform_real_distribution<T> uniform(0, 1);
  for (T& element : tensor.mutable_elements<T>()) element = uniform(random);
}

Result<std::vector<std::int64_t>> ChooseShape(const runtime::TensorSpec& input,
                                              const SyntheticShapes& shapes) {
  const auto given = shapes.shapes.find(input.name);
  std::vector<std::int64_t> shape(input.shape.begin(), input.shape.end());
  if (given != shapes.shapes.end()) {
    const std::vector<std::int64_t>& wanted = given->second;
    bool fits = wanted.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
      fits = shape[i] < 0 || shape[i] == wanted[i];
    }
    if (fits) return wanted;
    return InvalidArgument("the shape {} does not fit input {:?} of shape {}", FormatSizes(wanted),
                           input.name, FormatSizes(shape));
  }
  if (!shape.empty() && shape.front() < 0) shape.front() = shapes.batch;
  for (const std::int64_t size : shape) {
    if (size >= 0) continue;
    return InvalidArgument("input {:?} has free sizes, {}: give its shape with --shape {}:...",
                           input.name, FormatSizes(input.shape), input.name);
  }
  return shape;
}

Result<Tensor> MakeTensor(DataType dtype, const std::vector<std::int64_t>& sizes) {
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  if (dtype == DataType::kBytes) {
    // Each element is its length, 0 in four bytes.
    SLIPWAY_TRY_ASSIGN(const Tensor lengths, Tensor::Zeros(DataType::kUint32, shape));
    return Tensor::CopyOf({DataType::kBytes, shape, lengths.bytes()});
  }
  SLIPWAY_TRY_ASSIGN(Tensor tensor, Tensor::Zeros(dtype, shape));
  if (dtype == DataType::kFloat32) FillUniform<float>(tensor);
  if (dtype == DataType::kFloat64) FillUniform<double>(tensor);
  return tensor;
}

}  // namespace

Result<std::vector<NamedTensor>> MakeSyntheticInputs(std::span<const runtime::TensorSpec> inputs,
                                                     const SyntheticShapes& shapes) {
  for (const auto& [name, shape] : shapes.shapes) {
    if (std::ranges::find(inputs, name, &runtime::TensorSpec::name) != inputs.end()) continue;
    return InvalidArgument("a shape is given for {:?}, but the model has no such input", name);
  }
  std::vector<NamedTensor> tensors;
  for (const runtime::TensorSpec& input : inputs) {
    SLIPWAY_TRY_ASSIGN(const std::vector<std::int64_t> shape, ChooseShape(input, shapes));
    SLIPWAY_TRY_ASSIGN(Tensor tensor, MakeTensor(input.dtype, shape));
    tensors.push_back({.name = input.name, .tensor = std::move(tensor)});
  }
  return tensors;
}

Status AddShape(std::string_view text, SyntheticShapes& shapes) {
  const auto refuse = [&] {
    return InvalidArgument("{:?} is not a shape: want NAME:D1,D2,...", text);
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refuse();
  std::vector<std::int64_t> sizes;
  const char* at = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  while (at != end) {
    std::int64_t size = -1;
    const auto [next, failure] = std::from_chars(at, end, size);
    if (failure != std::errc() || size < 0) return refuse();
    if (next != end && (*next != ',' || next + 1 == end)) return refuse();
    sizes.push_back(size);
    at = next == end ? end : next + 1;
  }
  shapes.shapes[std::string(text.substr(0, colon))] = std::move(sizes);
  return {};
}

}  // namespace slipway::app
