// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/adapted_samples.h"

#include "slipway/dataset/tensor_samples.h"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <vector>

namespace slipway::dataset {
namespace {

using Sizes = std::span<const std::int64_t>;

/// The value of each pixel.
using PixelTable = std::array<float, 256>;

constexpr PixelTable MakePixelTable(float divisor) {
  PixelTable table = {};
  for (std::size_t pixel = 0; pixel < table.size(); ++pixel) {
    table[pixel] = static_cast<float>(pixel) / divisor;
  }
  return table;
}

constexpr PixelTable kUnitPixels = MakePixelTable(255);
constexpr PixelTable kRawPixels = MakePixelTable(1);

bool Fits(std::int64_t wanted, std::int64_t size) { return wanted == -1 || wanted == size; }

bool AllFit(Sizes wanted, Sizes sizes) { return std::ranges::equal(wanted, sizes, Fits); }

/// The shape that samples of `shape` take to be what a model wants, if they can.
std::optional<std::vector<std::int64_t>> FittingSizes(const Shape& shape, Sizes wanted) {
  const Sizes sizes = shape.sizes();
  std::vector<std::int64_t> same(sizes.begin(), sizes.end());
  if (AllFit(wanted, sizes)) return same;
  std::vector<std::int64_t> channel_first = same;
  channel_first.insert(channel_first.begin(), 1);
  if (AllFit(wanted, channel_first)) return channel_first;
  std::vector<std::int64_t> channel_last = same;
  channel_last.push_back(1);
  if (AllFit(wanted, channel_last)) return channel_last;
  if (sizes.size() > 1 && sizes.front() == 1 && AllFit(wanted, sizes.subspan(1))) {
    return std::vector(same.begin() + 1, same.end());
  }
  if (sizes.size() > 1 && sizes.back() == 1 && AllFit(wanted, sizes.first(sizes.size() - 1))) {
    return std::vector(same.begin(), same.end() - 1);
  }
  if (wanted.size() == 1 && Fits(wanted[0], shape.element_count())) {
    return std::vector{shape.element_count()};
  }
  return std::nullopt;
}

class AdaptedSamples final : public SampleSource {
 public:
  /// Without `pixels`, elements stay as they are.
  AdaptedSamples(const SampleSource& source, const Shape& sample_shape, const PixelTable* pixels)
      : source_(source), sample_shape_(sample_shape), pixels_(pixels) {}

  std::size_t sample_count() const override { return source_.sample_count(); }
  const Shape& sample_shape() const override { return sample_shape_; }
  DataType dtype() const override {
    return pixels_ != nullptr ? DataType::kFloat32 : source_.dtype();
  }

  Result<Tensor> Read(std::size_t first, std::size_t count) const override {
    SLIPWAY_TRY_ASSIGN(Tensor rows, source_.Read(first, count));
    SLIPWAY_TRY_ASSIGN(const Shape shape, BatchShape(count, sample_shape_));
    if (pixels_ == nullptr && rows.shape() == shape) return rows;
    if (pixels_ == nullptr) return Tensor::CopyOf({rows.dtype(), shape, rows.bytes()});
    SLIPWAY_TRY_ASSIGN(Tensor converted, Tensor::Zeros(DataType::kFloat32, shape));
    std::ranges::transform(rows.elements<std::uint8_t>(),
                           converted.mutable_elements<float>().begin(),
                           [this](std::uint8_t pixel) { return (*pixels_)[pixel]; });
    return converted;
  }

 private:
  const SampleSource& source_;
  const Shape sample_shape_;
  const PixelTable* const pixels_;
};

/// The table that turns elements of `source` into `wanted`, null if they are that already.
Result<const PixelTable*> ConversionTo(DataType wanted, const SampleSource& source,
                                       PixelScale scale) {
  if (source.dtype() == wanted) return nullptr;
  const bool pixels = source.dtype() == DataType::kUint8 && wanted == DataType::kFloat32;
  if (pixels && scale == PixelScale::kUnit) return &kUnitPixels;
  if (pixels && scale == PixelScale::kRaw) return &kRawPixels;
  return InvalidArgument("the model takes {}, but the samples are {}{}", DataTypeName(wanted),
                         DataTypeName(source.dtype()),
                         pixels ? " and are to stay as they are" : "");
}

}  // namespace

Result<std::unique_ptr<SampleSource>> AdaptSamples(const SampleSource& source,
                                                   const WantedInput& wanted, PixelScale scale) {
  if (wanted.shape.empty()) {
    return InvalidArgument(
        "the model's input is a scalar or its shape is not known: want a first dimension for "
        "samples");
  }
  const auto sizes = FittingSizes(source.sample_shape(), wanted.shape.subspan(1));
  if (!sizes) {
    return InvalidArgument("the model takes {}, which samples of shape {} do not fit",
                           FormatSizes(wanted.shape), ToString(source.sample_shape()));
  }
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(*sizes));
  SLIPWAY_TRY_ASSIGN(const PixelTable* const pixels, ConversionTo(wanted.dtype, source, scale));
  return std::make_unique<AdaptedSamples>(source, shape, pixels);
}

}  // namespace slipway::dataset
