// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/byte_allocation.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace slipway::search {
namespace {

// A step, and what each byte that it saves costs.
struct PricedStep {
  AllocationStep step;
  double price = 0;
};

double Price(const StorageChoice& from, const StorageChoice& to) {
  return (to.noise - from.noise) / (from.bytes - to.bytes);
}

// The choices on the lower hull, by falling bytes, beginning with the first.
std::vector<std::size_t> HullOf(const std::vector<StorageChoice>& choices) {
  std::vector<std::size_t> order(choices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (choices[a].bytes != choices[b].bytes) return choices[a].bytes > choices[b].bytes;
    return choices[a].noise > choices[b].noise;
  });
  std::vector<std::size_t> hull = {0};
  for (const std::size_t next : order) {
    if (choices[next].bytes >= choices[0].bytes) continue;
    // What is larger and no better, or saves bytes at a higher price than going on to `next` does.
    while (hull.size() > 1 && (choices[hull.back()].bytes <= choices[next].bytes ||
                               Price(choices[hull[hull.size() - 2]], choices[hull.back()]) >=
                                   Price(choices[hull[hull.size() - 2]], choices[next]))) {
      hull.pop_back();
    }
    hull.push_back(next);
  }
  return hull;
}

}  // namespace

std::vector<AllocationStep> AllocateBytes(std::span<const std::vector<StorageChoice>> items) {
  std::vector<PricedStep> priced;
  for (std::size_t item = 0; item < items.size(); ++item) {
    const std::vector<std::size_t> hull = HullOf(items[item]);
    for (std::size_t i = 1; i < hull.size(); ++i) {
      priced.push_back({{item, hull[i]}, Price(items[item][hull[i - 1]], items[item][hull[i]])});
    }
  }
  // Along a hull prices rise, so that the steps of an item keep their order.
  std::ranges::stable_sort(priced, {}, &PricedStep::price);
  std::vector<AllocationStep> steps;
  std::ranges::transform(priced, std::back_inserter(steps), &PricedStep::step);
  return steps;
}

}  // namespace slipway::search
