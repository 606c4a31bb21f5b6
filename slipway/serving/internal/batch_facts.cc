// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_facts.h"

#include <algorithm>

namespace slipway::serving {
namespace {

Shape LineOf(std::size_t size) { return Shape({static_cast<std::int64_t>(size)}); }

FactValues ElementCounts(std::span<const Shape> shapes) {
  FactValues fact{.shape = LineOf(shapes.size()), .values = {}};
  for (const Shape& shape : shapes) fact.values.push_back(shape.element_count());
  return fact;
}

FactValues AccumulatedCounts(std::span<const Shape> shapes) {
  FactValues fact = ElementCounts(shapes);
  for (std::size_t i = 1; i < fact.values.size(); ++i) fact.values[i] += fact.values[i - 1];
  return fact;
}

FactValues MaxCountAsShape(std::span<const Shape> shapes) {
  const auto most = static_cast<std::size_t>(std::ranges::max(ElementCounts(shapes).values));
  return {.shape = LineOf(most), .values = std::vector<std::int64_t>(most)};
}

FactValues ItemShapes(std::span<const Shape> shapes) {
  FactValues fact;
  std::int64_t rows = 0;
  for (const Shape& shape : shapes) {
    const std::span<const std::int64_t> item = shape.sizes().subspan(1);
    for (std::int64_t row = 0; row < shape[0]; ++row) {
      fact.values.insert(fact.values.end(), item.begin(), item.end());
    }
    rows += shape[0];
  }
  fact.shape = Shape({rows, static_cast<std::int64_t>(shapes.front().rank()) - 1});
  return fact;
}

}  // namespace

FactValues FindFact(BatchFact fact, std::span<const Shape> shapes) {
  FactValues found;
  switch (fact) {
    case BatchFact::kElementCount:
      return ElementCounts(shapes);
    case BatchFact::kAccumulatedElementCount:
      return AccumulatedCounts(shapes);
    case BatchFact::kAccumulatedElementCountWithZero:
      found = AccumulatedCounts(shapes);
      found.values.insert(found.values.begin(), 0);
      found.shape = LineOf(found.values.size());
      return found;
    case BatchFact::kMaxElementCountAsShape:
      return MaxCountAsShape(shapes);
    case BatchFact::kItemShape:
      return ItemShapes(shapes);
    case BatchFact::kItemShapeFlatten:
      found = ItemShapes(shapes);
      found.shape = LineOf(found.values.size());
      return found;
  }
  return found;
}

}  // namespace slipway::serving
