// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/code_weights.h"

#include "slipway/base/format.h"
#include "slipway/graph/constant_nodes.h"
#include "slipway/graph/fold_batch_norm.h"
#include "slipway/graph/graph_index.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/expression_writer.h"
#include "slipway/optimize/codebook/internal/layer_moments.h"
#include "slipway/optimize/codebook/internal/network_tuner.h"
#include "slipway/optimize/codebook/internal/operator_writer.h"
#include "slipway/optimize/codebook/internal/product_layer.h"
#include "slipway/optimize/codebook/internal/weight_layers.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::codebook {
namespace {

// The first IR version of ONNX opset 11, in which initializers need not be inputs, too.
constexpr std::int64_t kFirstIrOfOpset11 = 6;
// A layer is coded if it then takes at most this part of its bytes, its nodes included.
constexpr double kMostOfBytes = 0.75;
// Of the mean of the moments' diagonal, added to it: inputs that the samples hardly show count.
constexpr double kDamping = 0.01;
// Patches under a convolution's kernel that are taken from each sample: those of one are alike.
constexpr std::size_t kRowsOfSample = 8;
// Of single weights in products of floats; with more, our operator is slower than a dense one.
constexpr std::size_t kMostFastBits = 4;

double SnrDb(double signal, double noise) {
  if (noise <= 0) return std::numeric_limits<double>::infinity();
  constexpr double kDecibelsPerDecade = 10;
  return kDecibelsPerDecade * std::log10(signal / noise);
}

std::vector<float> Difference(std::span<const float> a, std::span<const float> b) {
  std::vector<float> difference(a.begin(), a.end());
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= b[i];
  return difference;
}

Status CheckOptions(const graph::Model& model, const CodeWeightsOptions& options) {
  SLIPWAY_TRY(CheckCodingOptions(options.coding));
  const auto is_there = [&](const std::string& name) {
    return std::ranges::find(model.graph.nodes, name, quantize::ReportedName) !=
           model.graph.nodes.end();
  };
  for (const auto& [name, coding] : options.layer_coding) {
    SLIPWAY_TRY(CheckCodingOptions(coding));
    if (!is_there(name)) return InvalidArgument("no node of the model is called \"{}\"", name);
  }
  for (const std::string& name : options.excluded_nodes) {
    if (is_there(name)) continue;
    return InvalidArgument("no node of the model is called \"{}\": nothing to exclude", name);
  }
  if (model.OpsetVersion() >= kOldestOpset) return {};
  return MakeError(ErrorCode::kUnimplemented,
                   "the model is of opset {}, which cannot take codes apart: export it with opset "
                   "{} or later",
                   model.OpsetVersion(), kOldestOpset);
}

// Codes one layer after the other.
class ModelCoder {
 public:
  ModelCoder(graph::Model model, const CodeWeightsOptions& options)
      : model_(std::move(model)), options_(options) {
    graph::TurnConstantsIntoInitializers(model_.graph);
    graph::FoldBatchNormalization(model_.graph);
    graph::RemoveUnused(model_.graph);
    model_.ir_version = std::max(model_.ir_version, kFirstIrOfOpset11);
  }

  Result<CodingReport> Run(const graph::Model& original, const CodingData& data) {
    FindLayers();
    for (const WeightLayer& layer : layers_) SLIPWAY_TRY(CheckFinite(layer));
    LayerMoments moments;
    if (options_.calibration_samples > 0) {
      SLIPWAY_TRY_ASSIGN(
          moments, CollectMoments(data.engine, {model_, data.samples}, layers_,
                                  {.max_samples = options_.calibration_samples,
                                   .max_rows = kRowsOfSample * options_.calibration_samples}));
    }
    for (const WeightLayer& layer : layers_) {
      const auto found = moments.find(layer.node);
      CodeLayer(layer, found == moments.end() ? std::span<const SecondMoments>() : found->second);
    }
    if (options_.tuning_passes > 0 && !tuned_.layers.empty()) SLIPWAY_TRY(Tune(original, data));
    Write();
    return std::move(report_);
  }

  graph::Model Take() { return std::move(model_); }

 private:
  void FindLayers() {
    report_.method = options_.coding.method;
    const graph::GraphIndex uses(model_.graph);
    std::size_t subgraphs = 0;
    for (std::size_t i = 0; i < model_.graph.nodes.size(); ++i) {
      const graph::Node& node = model_.graph.nodes[i];
      if (node.HasSubgraph()) ++subgraphs;
      if (!HasWeights(node)) continue;
      CodedLayer entry;
      entry.name = quantize::ReportedName(node);
      entry.op_type = node.op_type;
      auto layer = AsWeightLayer(model_.graph, uses, i);
      if (layer && options_.excluded_nodes.contains(entry.name)) {
        layer = std::unexpected("it is excluded");
      }
      if (layer) {
        entries_.push_back(report_.layers.size());
        layers_.push_back(*std::move(layer));
      } else {
        entry.note = layer.error();
      }
      report_.layers.push_back(std::move(entry));
    }
    if (subgraphs > 0) {
      report_.notes.push_back(
          fmt::format("{} operators with subgraphs stay float32, whatever is in them", subgraphs));
    }
  }

  Status CheckFinite(const WeightLayer& layer) const {
    const auto elements = model_.graph.FindInitializer(layer.weight)->elements<float>();
    const auto broken =
        std::ranges::find_if_not(elements, [](float w) { return std::isfinite(w); });
    if (broken == elements.end()) return {};
    return InvalidArgument("weight \"{}\" is {} at index {}: want finite weights", layer.weight,
                           *broken, broken - elements.begin());
  }

  // `moments` are those of the layer's groups; none if they are not known.
  void CodeLayer(const WeightLayer& layer, std::span<const SecondMoments> moments) {
    const Tensor& weight = *model_.graph.FindInitializer(layer.weight);
    CodedLayer& entry = EntryOf(layer);
    const std::vector<float> matrix = ToMatrix(layer.layout, weight.elements<float>());
    // A bias takes the mean of the error away; without one, the mean counts as well.
    std::vector<float> products;
    for (const SecondMoments& group : moments) {
      std::ranges::copy(layer.bias.empty() ? group.Matrix(kDamping) : group.Covariance(kDamping),
                        std::back_inserter(products));
    }
    const CodingTarget target = {.matrix = matrix, .moments = products};
    TunedLayer coded = {.weight = layer.weight,
                        .coded = CodeMatrix(layer.layout, target, CodingOf(entry)),
                        .bias = layer.bias};
    const std::size_t bytes = StoredBytes(coded.coded);
    const auto limit = static_cast<double>(weight.bytes().size()) * kMostOfBytes;
    if (static_cast<double>(bytes + kExpressionBytes) > limit) {
      entry.note = fmt::format("its {} bytes would hardly get fewer", weight.bytes().size());
      return;
    }
    Describe(coded.coded, target, entry);
    entry.bytes_before = weight.bytes().size();
    entry.bytes_after = bytes;
    if (!layer.bias.empty()) {
      const auto bias = model_.graph.FindInitializer(layer.bias)->elements<float>();
      coded.bias_values.assign(bias.begin(), bias.end());
      const std::vector<float> error = Difference(matrix, DecodeMatrix(coded.coded));
      CorrectBias(error, moments, coded.bias_values);
    }
    tuned_.layers.push_back(std::move(coded));
  }

  const CodingOptions& CodingOf(const CodedLayer& entry) const {
    const auto own = options_.layer_coding.find(entry.name);
    return own == options_.layer_coding.end() ? options_.coding : own->second;
  }

  CodedLayer& EntryOf(const WeightLayer& layer) {
    return report_.layers[entries_[static_cast<std::size_t>(&layer - layers_.data())]];
  }

  void Describe(const CodedWeight& coded, const CodingTarget& target, CodedLayer& entry) const {
    entry.is_coded = true;
    entry.bits = coded.bits();
    entry.vector_length = coded.vector_length;
    entry.stages = coded.stages;
    const CodingOptions& wanted = CodingOf(entry);
    const bool wants_vectors =
        wanted.method == CodingMethod::kProduct || wanted.method == CodingMethod::kResidual;
    if (wants_vectors && coded.vector_length < wanted.vector_length) {
      entry.note = fmt::format("vectors of {}, because it is small", coded.vector_length);
    }
    entry.weight = evaluate::ChangeOf(target.matrix, DecodeMatrix(coded));
    if (target.moments.empty()) return;
    CodedWeight nothing = coded;
    std::ranges::fill(nothing.codebook, 0.0F);
    entry.output_snr_db = SnrDb(OutputError(nothing, target), OutputError(coded, target));
  }

  // Adds to `bias` what the outputs are short of on average.
  static void CorrectBias(std::span<const float> error, std::span<const SecondMoments> moments,
                          std::vector<float>& bias) {
    const std::size_t rows = moments.empty() ? 0 : bias.size() / moments.size();
    const std::size_t columns = error.size() / bias.size();
    for (std::size_t group = 0; group < moments.size(); ++group) {
      const std::vector<float> mean = moments[group].Mean();
      for (std::size_t row = group * rows; row < (group + 1) * rows; ++row) {
        const auto of_row = error.subspan(row * columns, columns);
        const double off =
            std::transform_reduce(of_row.begin(), of_row.end(), mean.begin(), 0.0, std::plus<>(),
                                  [](double x, double y) { return x * y; });
        bias[row] = static_cast<float>(bias[row] + off);
      }
    }
  }

  Status Tune(const graph::Model& original, const CodingData& data) {
    std::set<std::string, std::less<>> taken;
    for (const TunedLayer& layer : tuned_.layers) taken.insert({layer.weight, layer.bias});
    tuned_.constants = FindFreeConstants(model_.graph, taken, options_.excluded_nodes);
    SLIPWAY_TRY_ASSIGN(const TuningOutcome outcome,
                       TuneNetwork(data.engine, {original, model_, data.samples}, tuned_,
                                   {.passes = options_.tuning_passes,
                                    .max_samples = options_.calibration_samples}));
    if (!outcome.note.empty()) {
      report_.notes.push_back(outcome.note);
    } else if (outcome.is_better) {
      report_.notes.push_back(fmt::format(
          "tuned as a whole: outputs on samples kept aside are {:.3g} off, before {:.3g}",
          outcome.distance_after, outcome.distance_before));
    } else {
      report_.notes.emplace_back("tuning the whole made nothing better: it is taken back");
    }
    return {};
  }

  void Write() {
    const graph::GraphIndex uses(model_.graph);
    OperatorWriter operators(model_, options_.int8_products);
    ExpressionWriter expressions(model_.graph, model_.OpsetVersion());
    for (const FreeConstant& constant : tuned_.constants) {
      SetConstant(constant.name, constant.values);
    }
    for (const TunedLayer& layer : tuned_.layers) {
      if (!layer.bias.empty()) SetConstant(layer.bias, layer.bias_values);
      const auto product = ProductFor(uses, layer);
      if (product) {
        operators.Replace(*product, layer.weight, layer.coded);
      } else {
        expressions.Replace(layer.weight, layer.coded);
      }
      Tell(uses, layer, product);
    }
    operators.Finish();
    expressions.Finish();
  }

  void SetConstant(const std::string& name, std::span<const float> values) {
    graph::ConstantTensor& constant = model_.graph.initializers.at(name);
    constant = std::make_shared<const Tensor>(Tensor::Of<float>(constant->shape(), values));
  }

  // The product that our operator is to take the place of, or why none.
  std::expected<ProductLayer, std::string> ProductFor(const graph::GraphIndex& uses,
                                                      const TunedLayer& layer) const {
    if (options_.target == ExecutionTarget::kOnnxRuntime) return Because("");
    const bool is_single = layer.coded.vector_length == 1 && layer.coded.stages == 1;
    if (is_single && layer.coded.bits() > kMostFastBits && !options_.int8_products) {
      return Because(
          fmt::format("our operator multiplies codes of {} bits slowly, unless with int8 products",
                      layer.coded.bits()));
    }
    return AsProductLayer(model_.graph, uses, layer.weight);
  }

  void Tell(const graph::GraphIndex& uses, const TunedLayer& layer,
            const std::expected<ProductLayer, std::string>& product) {
    const std::size_t node = uses.UsesOf(layer.weight).front().node;
    CodedLayer& entry = EntryOf(*std::ranges::find(layers_, node, &WeightLayer::node));
    entry.execution = product ? Execution::kOperator : Execution::kFolded;
    if (product || product.error().empty()) return;
    if (!entry.note.empty()) entry.note += "; ";
    entry.note += "folded at load: " + product.error();
  }

  graph::Model model_;
  const CodeWeightsOptions& options_;
  std::vector<WeightLayer> layers_;
  std::vector<std::size_t> entries_;  // Of the report, one for each of the layers.
  TunedParts tuned_;
  CodingReport report_;
};

}  // namespace

Result<CodingReport> CodeWeights(graph::Model& model, const CodingData& data,
                                 const CodeWeightsOptions& options) {
  SLIPWAY_TRY(CheckOptions(model, options));
  SLIPWAY_TRY_ASSIGN(const std::string original, graph::SerializeModel(model));
  ModelCoder coder(model, options);
  SLIPWAY_TRY_ASSIGN(CodingReport report, coder.Run(model, data));
  report.float_bytes = original.size();
  report.coded_bytes = original.size();
  if (report.coded_layer_count() == 0) {
    report.notes.emplace_back("no layer gets smaller: the model stays as it is");
    return report;
  }
  graph::Model coded = coder.Take();
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(coded));
  report.coded_bytes = bytes.size();
  SLIPWAY_TRY_ASSIGN(report.outputs,
                     quantize::VerifyQuantized(data.engine, {model, coded}, data.samples,
                                               {.min_snr_db = options.min_snr_db}));
  model = std::move(coded);
  return report;
}

}  // namespace slipway::codebook
