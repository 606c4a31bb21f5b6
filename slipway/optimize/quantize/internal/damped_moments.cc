// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/damped_moments.h"

#include <cmath>

namespace slipway::quantize {

Result<SquareMatrix> DampedMoments(const SecondMoments& moments) {
  const std::size_t depth = moments.depth();
  SquareMatrix damped(depth);
  double trace = 0;
  for (std::size_t i = 0; i < depth; ++i) {
    for (std::size_t j = i; j < depth; ++j) {
      const double moment = moments.At(i, j);
      if (!std::isfinite(moment)) {
        return InvalidArgument("inputs are too large: the sum of their products is {}", moment);
      }
      damped.At(i, j) = moment;
      damped.At(j, i) = moment;
    }
    trace += moments.At(i, i);
  }
  constexpr double kDamping = 0.01;
  const double mean = trace / static_cast<double>(depth);
  const double added = mean > 0 ? kDamping * mean : 1;
  for (std::size_t i = 0; i < depth; ++i) damped.At(i, i) += added;
  return damped;
}

}  // namespace slipway::quantize
