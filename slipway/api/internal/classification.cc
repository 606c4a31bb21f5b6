// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/classification.h"

#include "slipway/api/internal/half_float.h"
#include "slipway/base/format.h"
#include "slipway/tensor/bytes_layout.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

/// The value of an element as it is compared and printed.
template <typename T>
T ValueOf(T element) {
  return element;
}
float ValueOf(Float16 element) { return ToFloat(element); }
float ValueOf(Bfloat16 element) { return ToFloat(element); }

/// Rows of scores, and how many of each are wanted.
struct Ranking {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::size_t best = 0;
};

/// Appends the best of the scores in `bytes`, which may lie at any alignment, to `layout`.
template <typename T>
Status AppendBest(ByteView bytes, const Ranking& ranking, const serving::ClassLabels& labels,
                  std::string& layout) {
  std::vector<T> elements(ranking.rows * ranking.width);
  if (!elements.empty()) std::memcpy(elements.data(), bytes.data(), bytes.size());
  std::vector<std::size_t> order(ranking.width);
  for (std::size_t row = 0; row < ranking.rows; ++row) {
    const T* const scores = elements.data() + row * ranking.width;
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto is_before = [scores](std::size_t a, std::size_t b) {
      const auto x = ValueOf(scores[a]);
      const auto y = ValueOf(scores[b]);
      const bool x_is_nan = x != x;
      const bool y_is_nan = y != y;
      if (x_is_nan != y_is_nan) return y_is_nan;
      if (x > y || y > x) return x > y;
      return a < b;
    };
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(ranking.best);
    std::partial_sort(order.begin(), end, order.end(), is_before);
    for (auto index = order.begin(); index != end; ++index) {
      std::string element = fmt::format("{}:{}", ValueOf(scores[*index]), *index);
      if (labels != nullptr && *index < labels->size()) element += ":" + (*labels)[*index];
      SLIPWAY_TRY(AppendBytesElement(layout, element));
    }
  }
  return {};
}

using Append = Status (*)(ByteView, const Ranking&, const serving::ClassLabels&, std::string&);

/// What ranks elements of `dtype`; null if they have no order.
Append AppendFor(DataType dtype) {
  switch (dtype) {
    case DataType::kBool:
    case DataType::kUint8:
      return &AppendBest<std::uint8_t>;
    case DataType::kUint16:
      return &AppendBest<std::uint16_t>;
    case DataType::kUint32:
      return &AppendBest<std::uint32_t>;
    case DataType::kUint64:
      return &AppendBest<std::uint64_t>;
    case DataType::kInt8:
      return &AppendBest<std::int8_t>;
    case DataType::kInt16:
      return &AppendBest<std::int16_t>;
    case DataType::kInt32:
      return &AppendBest<std::int32_t>;
    case DataType::kInt64:
      return &AppendBest<std::int64_t>;
    case DataType::kFloat16:
      return &AppendBest<Float16>;
    case DataType::kBfloat16:
      return &AppendBest<Bfloat16>;
    case DataType::kFloat32:
      return &AppendBest<float>;
    case DataType::kFloat64:
      return &AppendBest<double>;
    default:
      return nullptr;
  }
}

Ranking RankingOf(const Shape& shape, const ClassificationOptions& options) {
  const bool has_rows = options.batches && shape.rank() > 0;
  Ranking ranking;
  ranking.rows = has_rows ? static_cast<std::size_t>(shape[0]) : 1;
  ranking.width = static_cast<std::size_t>(has_rows ? shape.row_size() : shape.element_count());
  ranking.best = static_cast<std::size_t>(std::min<std::uint64_t>(options.classes, ranking.width));
  return ranking;
}

}  // namespace

Result<SharedTensor> Classify(const TensorView& scores, const ClassificationOptions& options) {
  const Append append = AppendFor(scores.dtype);
  if (append == nullptr) {
    return InvalidArgument("classification needs numbers, and this is {}",
                           DataTypeName(scores.dtype));
  }
  const Ranking ranking = RankingOf(scores.shape, options);
  auto layout = std::make_shared<std::string>();
  SLIPWAY_TRY(append(scores.bytes, ranking, options.labels, *layout));
  const auto best = static_cast<std::int64_t>(ranking.best);
  const Shape shape =
      options.batches ? Shape{static_cast<std::int64_t>(ranking.rows), best} : Shape{best};
  return SharedTensor{.view = {DataType::kBytes, shape, AsBytes(*layout)}, .owner = layout};
}

}  // namespace slipway::api
