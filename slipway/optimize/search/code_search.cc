// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/code_search.h"

#include "slipway/base/format.h"
#include "slipway/optimize/search/byte_allocation.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

namespace slipway::search {
namespace {

using codebook::CodedLayer;
using codebook::CodingMethod;
using codebook::CodingOptions;

// What a layer can become. Choice 0 of `choices` is float32, the others are of `candidates`.
struct SearchedLayer {
  std::string name;
  std::vector<StorageChoice> choices = {{}};
  std::vector<std::size_t> candidates = {0};
};

double NoiseShare(double snr_db) {
  constexpr double kDecibelsPerDecade = 10;
  return std::isinf(snr_db) ? 0 : std::pow(10, -snr_db / kDecibelsPerDecade);
}

// What the layer's own outputs are off by, or where nothing is known of its inputs, its weights.
double OwnNoise(const CodedLayer& layer) {
  return NoiseShare(layer.output_snr_db != 0 ? layer.output_snr_db : layer.weight.snr_db);
}

class CodeSearch {
 public:
  CodeSearch(graph::Model original, const codebook::CodingData& data, const Judge& judge,
             const CodeSearchOptions& options)
      : original_(std::move(original)), data_(data), judge_(judge), options_(options) {}

  Status Run() {
    SLIPWAY_TRY_ASSIGN(report.float32, judge_(original_));
    SLIPWAY_TRY(MeasureLayers());
    SLIPWAY_TRY(MeasureReach());
    std::vector<std::vector<StorageChoice>> items;
    std::ranges::transform(layers_, std::back_inserter(items), &SearchedLayer::choices);
    steps_ = AllocateBytes(items);
    return SpendBudget();
  }

  graph::Model model;  // The outcome, once run.
  CodeSearchReport report;

 private:
  // Which choice each layer has.
  using State = std::vector<std::size_t>;

  Result<codebook::CodingReport> Code(graph::Model& coded,
                                      const codebook::CodeWeightsOptions& options) const {
    coded = original_;
    return codebook::CodeWeights(coded, data_, options);
  }

  // Options that refuse nothing: how noisy a model is, is what the search asks.
  codebook::CodeWeightsOptions Trial() const {
    codebook::CodeWeightsOptions options = options_.coding;
    options.tuning_passes = 0;
    options.min_snr_db = -std::numeric_limits<double>::infinity();
    return options;
  }

  // Bytes and noise of each layer with each candidate.
  Status MeasureLayers() {
    graph::Model unused;
    for (std::size_t i = 0; i < options_.candidates.size(); ++i) {
      codebook::CodeWeightsOptions options = Trial();
      options.coding = options_.candidates[i];
      SLIPWAY_TRY_ASSIGN(const codebook::CodingReport coded, Code(unused, options));
      for (const CodedLayer& layer : coded.layers) {
        if (!layer.is_coded) continue;
        SearchedLayer& searched = LayerOf(layer);
        searched.choices.push_back(
            {.bytes = static_cast<double>(layer.bytes_after), .noise = OwnNoise(layer)});
        searched.candidates.push_back(i);
      }
    }
    return {};
  }

  SearchedLayer& LayerOf(const CodedLayer& layer) {
    const auto found = std::ranges::find(layers_, layer.name, &SearchedLayer::name);
    if (found != layers_.end()) return *found;
    SearchedLayer& added = layers_.emplace_back(SearchedLayer{.name = layer.name});
    added.choices[0].bytes = static_cast<double>(layer.bytes_before);
    return added;
  }

  // Turns noise of layers into noise of outputs, by coding each alone as noisily as it can be.
  Status MeasureReach() {
    graph::Model unused;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      SearchedLayer& layer = layers_[i];
      State state(layers_.size());
      state[i] = static_cast<std::size_t>(
          std::ranges::max_element(layer.choices, {}, &StorageChoice::noise) -
          layer.choices.begin());
      const double own = layer.choices[state[i]].noise;
      if (own == 0) continue;
      codebook::CodeWeightsOptions options = Trial();
      Choose(state, options);
      SLIPWAY_TRY_ASSIGN(const codebook::CodingReport coded, Code(unused, options));
      double reached = 0;
      for (const quantize::OutputComparison& output : coded.outputs) {
        reached = std::max(reached, NoiseShare(output.snr_db));
      }
      for (StorageChoice& choice : layer.choices) choice.noise *= reached / own;
    }
    return {};
  }

  void Choose(const State& state, codebook::CodeWeightsOptions& options) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const SearchedLayer& layer = layers_[i];
      if (state[i] == 0) {
        options.excluded_nodes.insert(layer.name);
      } else {
        options.layer_coding[layer.name] = options_.candidates[layer.candidates[state[i]]];
      }
    }
  }

  // Goes as many of the steps as the metric allows.
  Status SpendBudget() {
    SLIPWAY_TRY(Try(0));
    std::size_t good = 0;
    std::size_t bad = steps_.size() + 1;
    while (bad - good > 1) {
      const std::size_t middle =
          good == 0 && bad > steps_.size() ? steps_.size() : (good + bad) / 2;
      SLIPWAY_TRY_ASSIGN(const bool is_good, Try(middle));
      (is_good ? good : bad) = middle;
    }
    return {};
  }

  // Judges the model after so many steps, and keeps it if it is good: each that is tried after a
  // good one is smaller.
  Result<bool> Try(std::size_t count) {
    State state(layers_.size());
    for (std::size_t i = 0; i < count; ++i) state[steps_[i].item] = steps_[i].choice;
    codebook::CodeWeightsOptions options = options_.coding;
    Choose(state, options);
    graph::Model coded;
    Result<codebook::CodingReport> made = Code(coded, options);
    if (!made && made.error().code() == ErrorCode::kFailedPrecondition && count > 0) return false;
    if (!made) return made.error();
    SLIPWAY_TRY_ASSIGN(const Judgement judgement, judge_(coded));
    ++report.judged;
    if (count > 0 && report.float32.metric - judgement.metric > options_.max_drop) return false;
    report.coding = *std::move(made);
    report.judgement = judgement;
    model = std::move(coded);
    return true;
  }

  graph::Model original_;
  const codebook::CodingData& data_;
  const Judge& judge_;
  const CodeSearchOptions& options_;
  std::vector<SearchedLayer> layers_;
  std::vector<AllocationStep> steps_;
};

}  // namespace

std::vector<CodingOptions> UsualCodings() {
  std::vector<CodingOptions> codings;
  for (const std::size_t bits : {8U, 6U, 5U, 4U, 3U, 2U}) {
    codings.push_back({.method = CodingMethod::kCodebook, .bits = bits});
  }
  for (const std::size_t bits : {8U, 7U, 6U}) {
    for (const std::size_t length : {4U, 8U}) {
      codings.push_back({.method = CodingMethod::kProduct, .bits = bits, .vector_length = length});
    }
  }
  return codings;
}

Result<CodeSearchReport> FindSmallestCodes(graph::Model& model, const codebook::CodingData& data,
                                           const Judge& judge, const CodeSearchOptions& options) {
  if (options.candidates.empty()) return InvalidArgument("there are no codes to choose from");
  CodeSearch search(model, data, judge, options);
  SLIPWAY_TRY(search.Run());
  model = std::move(search.model);
  return std::move(search.report);
}

}  // namespace slipway::search
