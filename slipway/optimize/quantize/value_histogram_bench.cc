// SPDX-License-Identifier: Apache-2.0
/// What it costs to count the values of a batch of activations: of a normal distribution, and
/// behind Relu, where half are zero.

#include "slipway/optimize/quantize/value_histogram.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

namespace slipway::quantize {
namespace {

std::vector<float> NormalValues(std::size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

void CountNormal(benchmark::State& state) {
  const std::vector<float> values = NormalValues(static_cast<std::size_t>(state.range(0)));
  ValueHistogram histogram;
  for (auto _ : state) histogram.Add(values);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CountNormal)->Arg(1000)->Arg(1000000);

void CountRectified(benchmark::State& state) {
  std::vector<float> values = NormalValues(static_cast<std::size_t>(state.range(0)));
  for (float& value : values) value = std::max(0.0F, value);
  ValueHistogram histogram;
  for (auto _ : state) histogram.Add(values);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CountRectified)->Arg(1000)->Arg(1000000);

}  // namespace
}  // namespace slipway::quantize
