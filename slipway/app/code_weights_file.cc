// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/code_weights_file.h"

#include "slipway/app/command_output.h"
#include "slipway/app/internal/choice_option.h"
#include "slipway/app/options.h"
#include "slipway/base/json_writer.h"
#include "slipway/graph/model_file.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

namespace slipway::app {
namespace {

// Bits of a code where the flags say nothing: of vectors, and of single weights.
constexpr std::size_t kVectorBits = 6;
constexpr std::size_t kWeightBits = 4;

std::optional<std::size_t> ParseCount(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

// Reads "NODE=BITS" or "NODE=BITSxLENGTH"; names of nodes may have "=" in them.
Status AddLayer(const std::string& text, codebook::CodeWeightsOptions& options) {
  const std::size_t equals = text.rfind('=');
  if (equals != std::string::npos && equals > 0) {
    const std::string_view form = std::string_view(text).substr(equals + 1);
    const std::size_t cross = form.find('x');
    codebook::CodingOptions coding = options.coding;
    const auto bits = ParseCount(form.substr(0, cross));
    const auto length =
        cross == std::string_view::npos ? coding.vector_length : ParseCount(form.substr(cross + 1));
    if (bits && length) {
      coding.bits = *bits;
      coding.vector_length = *length;
      options.layer_coding[text.substr(0, equals)] = coding;
      return {};
    }
  }
  return InvalidArgument("--layer \"{}\": want NODE=BITS or NODE=BITSxLENGTH", text);
}

}  // namespace

void AddCodeOptions(Options& verb, CodeFlags& flags) {
  verb.Add("--vector-length", flags.vector_length,
           "pq, residual: consecutive weights that share a code, 2 to 64")
      .ShowDefault();
  verb.Add("--stages", flags.stages, "residual: vectors that are summed, 2 to 4").ShowDefault();
  verb.AddFlag("--order-columns", flags.orders_columns,
               "pq, residual: put columns in an order that is easier to quantize, for two bytes "
               "each");
  verb.Add("--layer", flags.layers,
           "log2, apot, codebook, pq, residual: NODE=BITS or NODE=BITSxLENGTH, codes of one "
           "node that are unlike the others");
  verb.Add("--tuning-passes", flags.tuning_passes,
           "log2, apot, codebook, pq, residual: passes over the calibration data that move "
           "what codes stand for until the whole model answers as before; 0: none")
      .ShowDefault();
  AddChoice<codebook::ExecutionTarget>(
      verb, "--target", flags.target,
      {.help = "weights as codes: onnxruntime (any engine, which expands codes at load) or slipway "
               "(products multiply by codes, with our operator)",
       .names = {{"onnxruntime", codebook::ExecutionTarget::kOnnxRuntime},
                 {"slipway", codebook::ExecutionTarget::kSlipway}}});
}

Result<codebook::CodeWeightsOptions> CodingOptionsFor(codebook::CodingMethod method,
                                                      const CodeFlags& flags) {
  codebook::CodeWeightsOptions options = {.tuning_passes = flags.tuning_passes,
                                          .target = flags.target,
                                          .int8_products = !flags.float_products};
  options.coding.method = method;
  const bool has_vectors = options.coding.method == codebook::CodingMethod::kProduct ||
                           options.coding.method == codebook::CodingMethod::kResidual;
  options.coding.bits = flags.bits.value_or(has_vectors ? kVectorBits : kWeightBits);
  options.coding.vector_length = flags.vector_length;
  options.coding.stages = flags.stages;
  options.coding.orders_columns = flags.orders_columns;
  options.calibration_samples = flags.samples.value_or(options.calibration_samples);
  options.excluded_nodes = flags.excluded;
  for (const std::string& layer : flags.layers) SLIPWAY_TRY(AddLayer(layer, options));
  return options;
}

Result<codebook::CodingReport> CodeWeightsFile(const runtime::Engine& engine,
                                               const CodeWeightsFileOptions& options) {
  if (options.calibration.images.empty()) {
    return InvalidArgument(
        "method {} looks at what layers take in to find good codes: give --calibration DATA",
        codebook::CodingMethodName(options.coding.coding.method));
  }
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(options.model));
  SLIPWAY_TRY_ASSIGN(graph::Model model, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data,
                     LoadAdaptedData(options.calibration, session->inputs()));
  SLIPWAY_TRY_ASSIGN(codebook::CodingReport report,
                     codebook::CodeWeights(model, {engine, *data.samples}, options.coding));
  SLIPWAY_TRY(graph::WriteModel(model, options.out));
  return report;
}

std::string CodeWeightsJson(const codebook::CodingReport& report) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.quantize-codes/1");
  json.Key("report").Raw(codebook::ToJson(report)).EndObject();
  return json.Take();
}

Table CodedLayerTable(const codebook::CodingReport& report) {
  Table table({{"layer", Table::Align::kLeft},
               {"op", Table::Align::kLeft},
               {"codes", Table::Align::kLeft},
               {"bytes"},
               {"smaller"},
               {"weight SNR"},
               {"note", Table::Align::kLeft}});
  for (const codebook::CodedLayer& layer : report.layers) {
    if (!layer.is_coded) {
      table.AddRow({layer.name, layer.op_type, "float32", "", "", "", layer.note});
      continue;
    }
    const std::string vectors =
        layer.vector_length > 1 ? fmt::format(" for {} weights", layer.vector_length) : "";
    const std::string stages = layer.stages > 1 ? fmt::format("{} x ", layer.stages) : "";
    table.AddRow({layer.name, layer.op_type,
                  fmt::format("{}{} bits{}", stages, layer.bits, vectors),
                  fmt::format("{}", layer.bytes_after),
                  fmt::format("{:.1f}x", static_cast<double>(layer.bytes_before) /
                                             static_cast<double>(layer.bytes_after)),
                  fmt::format("{:.1f} dB", layer.weight.snr_db), layer.note});
  }
  return table;
}

void PrintCodingReport(const codebook::CodingReport& report, const std::filesystem::path& out,
                       Terminal& terminal) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  for (const codebook::CodedLayer& layer : report.layers) {
    before += layer.bytes_before;
    after += layer.bytes_after;
  }
  terminal.Write(RenderFor(terminal, CodedLayerTable(report)));
  for (const quantize::OutputComparison& output : report.outputs) {
    terminal.Print("output {}: {:.1f} dB signal to noise against float32\n", output.name,
                   output.snr_db);
  }
  for (const std::string& note : report.notes) terminal.Print("note: {}\n", note);
  const auto by_operator = std::ranges::count(report.layers, codebook::Execution::kOperator,
                                              &codebook::CodedLayer::execution);
  if (by_operator > 0) {
    terminal.Print(
        "layers that multiply by codes: {}, with operator ai.slipway.CodebookMatMul, which other "
        "programs load from libslipway_kernels.so\n",
        by_operator);
  }
  if (after > 0) {
    terminal.Print("weights as codes: {}, {:.1f}x smaller\n", FormatBytes(after),
                   static_cast<double>(before) / static_cast<double>(after));
  }
  terminal.Print(
      "wrote {}: {}, {:.1f} % of {}\n", out.string(), FormatBytes(report.coded_bytes),
      100.0 * static_cast<double>(report.coded_bytes) / static_cast<double>(report.float_bytes),
      FormatBytes(report.float_bytes));
}

}  // namespace slipway::app
