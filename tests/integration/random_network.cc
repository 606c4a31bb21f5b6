// SPDX-License-Identifier: Apache-2.0
#include "random_network.h"

#include "slipway/base/format.h"
#include "slipway/optimize/quantize/testing/model_builder.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace slipway {
namespace {

using quantize::testing::ModelBuilder;

constexpr std::int64_t kSide = 8;

std::int64_t OpsetFor(std::uint32_t seed) {
  constexpr std::int64_t kOpsets[] = {11, 12, 13, 15, 17, 19, 21};
  return kOpsets[seed % std::size(kOpsets)];
}

/// Adds operators to a model, each behind the one before.
class Growth {
 public:
  explicit Growth(std::uint32_t seed) : random_(seed), builder_(OpsetFor(seed)) {}

  RandomNetwork Grow() {
    RandomNetwork network;
    const bool is_image = Below(3) > 0;
    if (is_image) {
      channels_ = 3 + Below(6);
      network.sample = Shape({channels_, kSide, kSide});
      builder_.Input("x", {-1, channels_, kSide, kSide});
      for (std::int64_t left = 2 + Below(5); left > 0; --left) AddToImage();
      Flatten();
    } else {
      channels_ = 16 + Below(50);
      network.sample = Shape({channels_});
      builder_.Input("x", {-1, channels_});
    }
    for (std::int64_t left = 1 + Below(4); left > 0; --left) AddToVector();
    Product(2 + Below(9));
    network.model = builder_.Output(value_).Build();
    return network;
  }

 private:
  std::int64_t Below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint32_t>(limit));
  }
  std::string NewName() { return fmt::format("v{}", next_++); }

  // Makes what `op_type` makes of the value at hand and `others` the value at hand.
  void Append(const std::string& op_type, const std::vector<std::string>& others = {},
              std::vector<graph::Attribute> attributes = {}) {
    std::vector<std::string> inputs = {value_};
    inputs.insert(inputs.end(), others.begin(), others.end());
    const std::string name = NewName();
    builder_.Node(op_type, std::move(inputs), name, std::move(attributes));
    value_ = name;
  }

  std::string Weight(const Shape& shape, std::int64_t fan_in) {
    const std::string name = NewName();
    builder_.RandomFloats(name, shape, std::sqrt(2 / static_cast<float>(fan_in)));
    return name;
  }

  void AddToImage() {
    switch (Below(9)) {
      case 0:
        return Append("Relu");
      case 1:
        return Append("LeakyRelu", {}, {{"alpha", 0.1F}});
      case 2:
        return Pool(Below(2) == 0 ? "MaxPool" : "AveragePool");
      case 3:
        return Normalize();
      case 4:
        return JoinItself();
      case 5:
        return Convolve(/*groups=*/channels_);
      default:
        return Convolve(/*groups=*/1);
    }
  }

  void Convolve(std::int64_t groups) {
    const std::int64_t outputs = groups == 1 ? 4 + Below(12) : channels_;
    const std::int64_t kernel = Below(2) == 0 ? 1 : 3;
    const std::int64_t inputs = channels_ / groups;
    std::vector<std::string> others = {
        Weight(Shape({outputs, inputs, kernel, kernel}), inputs * kernel * kernel)};
    if (Below(3) > 0) others.push_back(Weight(Shape({outputs}), 50));
    const std::vector<std::int64_t> pads(4, kernel / 2);
    Append("Conv", others, {{"pads", pads}, {"group", groups}});
    channels_ = outputs;
    if (Below(2) == 0) Append("Relu");
  }

  void Pool(const std::string& op_type) {
    if (side_ < 4) return;
    const std::vector<std::int64_t> two(2, 2);
    Append(op_type, {}, {{"kernel_shape", two}, {"strides", two}});
    side_ /= 2;
  }

  void Normalize() {
    const std::vector<float> variance(static_cast<std::size_t>(channels_), 1.3F);
    const std::string name = NewName();
    builder_.Floats(name, Shape({channels_}), variance);
    const std::string scale = NewName();
    builder_.Floats(scale, Shape({channels_}),
                    std::vector<float>(static_cast<std::size_t>(channels_), 1.1F));
    const std::string shift = Weight(Shape({channels_}), 50);
    const std::string mean = Weight(Shape({channels_}), 50);
    Append("BatchNormalization", {scale, shift, mean, name});
  }

  // The value and its Relu, added or side by side.
  void JoinItself() {
    const std::string before = value_;
    Append("Relu");
    if (Below(2) == 0) return Append("Add", {before});
    Append("Concat", {before}, {{"axis", std::int64_t{1}}});
    channels_ *= 2;
  }

  void Flatten() {
    if (Below(2) == 0) {
      Append("GlobalAveragePool");
      side_ = 1;
    }
    Append("Flatten");
    channels_ *= side_ * side_;
  }

  void AddToVector() {
    switch (Below(6)) {
      case 0:
        return Append("Relu");
      case 1:
        return Append("Sigmoid");
      case 2:
        return Append("Tanh");
      case 3:
        return JoinItself();
      default:
        return Product(16 + Below(60));
    }
  }

  void Product(std::int64_t outputs) {
    const bool is_transposed = Below(2) == 0;
    if (is_transposed) {
      Append("Gemm", {Weight(Shape({outputs, channels_}), channels_), Weight(Shape({outputs}), 50)},
             {{"transB", std::int64_t{1}}});
    } else {
      Append("MatMul", {Weight(Shape({channels_, outputs}), channels_)});
      if (Below(2) == 0) Append("Add", {Weight(Shape({outputs}), 50)});
    }
    channels_ = outputs;
  }

  std::mt19937 random_;
  ModelBuilder builder_;
  std::string value_ = "x";
  std::int64_t channels_ = 0;  // Elements, of a vector.
  std::int64_t side_ = kSide;
  int next_ = 0;
};

}  // namespace

RandomNetwork MakeRandomNetwork(std::uint32_t seed) { return Growth(seed).Grow(); }

}  // namespace slipway
