// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::quantize {

/// The sums of products of each two elements of the vectors x that a layer multiplies by weights:
/// sum x x^T. Half the Hessian of the squared error of its outputs.
class SecondMoments {
 public:
  explicit SecondMoments(std::size_t depth) : depth_(depth), sums_(depth * depth) {}

  /// Adds vectors that lie one after the other, whole ones.
  void Add(std::span<const float> vectors);

  std::size_t depth() const { return depth_; }
  std::uint64_t count() const { return count_; }  ///< Of vectors.
  /// The sum for elements i <= j.
  float At(std::size_t i, std::size_t j) const { return sums_[i * depth_ + j]; }

 private:
  std::size_t depth_;
  std::uint64_t count_ = 0;
  std::vector<float> sums_;  // [depth, depth], the upper triangle.
};

/// How a convolution in two dimensions cuts its input up; rows come before columns.
struct PatchGeometry {
  std::array<std::int64_t, 2> kernel = {1, 1};
  std::array<std::int64_t, 2> strides = {1, 1};
  std::array<std::int64_t, 2> dilations = {1, 1};
  std::array<std::int64_t, 4> pads = {};  ///< Before rows and columns, then behind them.

  friend bool operator==(const PatchGeometry&, const PatchGeometry&) = default;
};

/// A value of a model and the vectors that a layer sees in it.
struct VectorValue {
  std::string value;
  std::size_t depth = 0;  ///< Of a vector.
  /// What the kernel of a convolution covers is a vector; if absent, the last dimension is.
  std::optional<PatchGeometry> patches = {};

  friend bool operator==(const VectorValue&, const VectorValue&) = default;
};

/// Finds out what the inputs of matrix products and convolutions are like.
class MomentsSource {
 public:
  using Visit = std::function<Status(const VectorValue& value, const SecondMoments& moments)>;

  virtual ~MomentsSource() = default;
  /// Shows `visit` the moments of each of `values`, float32 values of the main graph of `model`,
  /// and stops at its first error. kInvalidArgument if there is no data, it does not fit the model,
  /// or a value is not finite on it.
  virtual Status ForEach(const graph::Model& model, std::span<const VectorValue> values,
                         const Visit& visit) = 0;
};

}  // namespace slipway::quantize
