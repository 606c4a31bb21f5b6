// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace slipway::search {

/// One way to store something.
struct StorageChoice {
  double bytes = 0;
  double noise = 0;  ///< What it costs; at least 0.
};

/// A change from one choice of an item to a smaller one.
struct AllocationStep {
  std::size_t item = 0;
  std::size_t choice = 0;  ///< From then on.
};

/// The steps from the first choice of each item, which is the largest and has no noise, to its
/// smallest one, in the order in which noise buys bytes best: of all states on the way, none can
/// have fewer bytes with less noise in sum. Choices that are not on the lower convex hull of their
/// item's bytes and noise are left out.
std::vector<AllocationStep> AllocateBytes(std::span<const std::vector<StorageChoice>> items);

}  // namespace slipway::search
