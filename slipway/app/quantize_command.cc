// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/internal/choice_option.h"
#include "slipway/app/options.h"
#include "slipway/app/table.h"
#include "slipway/base/files.h"

#include <charconv>
#include <memory>

namespace slipway::app {
namespace {

/// "0.2pp" as 0.002.
Result<double> ParseDrop(std::string_view text) {
  std::string_view number = text;
  if (number.ends_with("pp")) number.remove_suffix(2);
  double points = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), points);
  if (error != std::errc() || end != number.data() + number.size() ||
      !(points >= 0 && points <= 100)) {
    return InvalidArgument(
        "--max-drop {:?} is no number of percentage points from 0 to 100, such as 0.2pp", text);
  }
  return points / 100;
}

Table LayerTable(const quantize::QuantizeReport& report) {
  Table table({{"layer", Table::Align::kLeft},
               {"op", Table::Align::kLeft},
               {"type", Table::Align::kLeft},
               {"scales"},
               {"weight SNR"},
               {"note", Table::Align::kLeft}});
  for (const quantize::LayerReport& layer : report.layers) {
    const bool has_weights = layer.weight.snr_db != 0;
    table.AddRow({layer.name, layer.op_type, layer.type,
                  layer.scale_count > 0 ? fmt::format("{}", layer.scale_count) : "",
                  has_weights ? fmt::format("{:.1f} dB", layer.weight.snr_db) : "", layer.reason});
  }
  return table;
}

}  // namespace

void QuantizeCommand::AddOptions(Options& verb) {
  verb.Add("MODEL", model_, "The float32 ONNX model").Required();
  verb.Add("-o,--output", out_, "Where the quantized model is written").Required();
  using codebook::CodingMethod;
  AddChoice<Method>(
      verb, "--method", method_,
      {.help =
           "static: int8 weights and activations. mixed: what serves --objective best, layer by "
           "layer, within --max-drop. dynamic: int8 matrix products, ranges found at each call. "
           "weight-only: weights in --bits, computation as before. fp16, bf16: "
           "weights stored in 16 bits. uniform, log2, apot, codebook, pq, residual: weights as "
           "codes of --bits that the engine expands at load: equal steps, powers of two, sums of "
           "them, k-means, vectors, sums of vectors",
       .names = {{"static", QuantizeMethod::kStatic},
                 {"mixed", QuantizeMethod::kMixed},
                 {"dynamic", QuantizeMethod::kDynamic},
                 {"weight-only", QuantizeMethod::kWeightOnly},
                 {"fp16", QuantizeMethod::kFloat16},
                 {"bf16", QuantizeMethod::kBfloat16},
                 {"uniform", CodingMethod::kUniform},
                 {"log2", CodingMethod::kPowerOfTwo},
                 {"apot", CodingMethod::kAdditivePowerOfTwo},
                 {"codebook", CodingMethod::kCodebook},
                 {"pq", CodingMethod::kProduct},
                 {"residual", CodingMethod::kResidual}}});
  AddCalibrationOptions(verb);
  AddStaticOptions(verb);
  AddWeightOptions(verb);
  AddCodeOptions(verb, codes_);
  verb.Add("--exclude", excluded_, "Names of nodes that stay float32");
  verb.Add("--shape", shapes_,
           "NAME:D1,D2,... of an input with free sizes, for the check where there are no "
           "data");
  verb.Add("--html", html_,
           "Also write a report as one HTML page, with both models measured on --data, or "
           "else on --calibration");
  verb.AddFlag("--json", json_, "Print one JSON object");
}

void QuantizeCommand::AddCalibrationOptions(Options& verb) {
  verb.Add("--calibration", file_.calibration.images,
           "IDX images, plain or gzip, like those that the model is for: needed by static, "
           "by weights as codes and by --rounding gptq and adaround; --rounding hqq is better with "
           "them");
  verb.Add("--calibration-samples", calibration_samples_,
           fmt::format("Images to use, from the first on. Default: {}, for weights as codes "
                       "{}",
                       file_.calibration_samples,
                       codebook::CodeWeightsOptions().calibration_samples))
      .Positive();
  verb.Add("--calibration-method", calibration_method_,
           "How the range of an activation is chosen: min-max, moving-average, percentile, "
           "entropy or mse")
      .ShowDefault();
  verb.Add("--percentile", file_.percentile,
           "The percentage of values that --calibration-method percentile keeps")
      .ShowDefault();
  verb.Add("--calibration-checkpoint", file_.calibration_checkpoint,
           "static: a file that keeps what was seen of the data, written every few seconds: "
           "calibration goes on from it after an interruption, with more samples, or with "
           "percentile, entropy and mse in turn");
  AddPixelOption(verb, file_.calibration);
  verb.Add("--data", file_.validation.images,
           "mixed, --html: IDX images with labels that the metric is measured on; those of "
           "--calibration if absent");
  AddChoice<Objective>(verb, "--objective", objective_,
                       {.help = "mixed: latency (int8 where it is faster here) or size (codes of "
                                "the fewest bytes, layer by layer)",
                        .names = {{"latency", Objective::kLatency}, {"size", Objective::kSize}}});
  verb.Add("--max-drop", max_drop_, "mixed: what the metric may lose, in percentage points")
      .ShowDefault();
  verb.Add("--metric", metric_, "mixed: top1, the share of samples whose best class is the label")
      .ShowDefault()
      .OneOf({"top1"});
}

void QuantizeCommand::AddStaticOptions(Options& verb) {
  quantize::StaticQuantizeOptions& options = file_.quantize;
  AddChoice<quantize::IntegerForm>(
      verb, "--format", options.form,
      {.help =
           "static: qdq (float operators between pairs that engines fuse) or qoperator (integer "
           "operators)",
       .names = {{"qdq", quantize::IntegerForm::kQdq},
                 {"qoperator", quantize::IntegerForm::kQOperator}}});
  AddChoice<DataType>(verb, "--activation-type", options.format.activations,
                      {.help = "static: type of activations",
                       .names = {{"uint8", DataType::kUint8}, {"int8", DataType::kInt8}}});
  AddChoice<DataType>(verb, "--weight-type", options.format.weights,
                      {.help = "static: type of weights; uint8 takes uint8 activations",
                       .names = {{"int8", DataType::kInt8}, {"uint8", DataType::kUint8}}});
  verb.AddFlag("--symmetric", options.format.symmetric_activations,
               "static: zero in the middle of the codes of activations that can be negative");
  verb.AddFlag("--per-tensor", per_tensor_,
               "static: one scale for a weight tensor, not one for "
               "each output channel");
  verb.AddFlag("--reduce-range", reduce_range_,
               "static, dynamic: 7-bit weights, exact on every processor");
  AddChoice<quantize::Equalization>(
      verb, "--equalize", options.equalization,
      {.help =
           "static: scale channels between layers alike, by their weights or by the values that "
           "they take",
       .names = {{"none", quantize::Equalization::kNone},
                 {"weights", quantize::Equalization::kWeights},
                 {"activations", quantize::Equalization::kActivations}}});
  verb.AddFlag("--bias-correction", options.bias_correction,
               "static: biases make up for what the rounding of weights takes from outputs on "
               "average");
  verb.AddFlag("--keep-slower", keep_slower_,
               "static: int8 layers even if they make the model slower on this machine; the "
               "outcome is the same in every run then");
  verb.Add("--target-cpu", target_,
           "The processor that will run the model: vnni, avx2 or auto for this machine")
      .ShowDefault();
}

void QuantizeCommand::AddWeightOptions(Options& verb) {
  quantize::WeightOnlyOptions& options = file_.weights;
  verb.Add("--bits", bits_,
           "weight-only: 8, 4, 3 or 2 for a weight, default 4. log2, apot, codebook, pq, "
           "residual: 2 to 8 for a code, default 4, for vectors 6");
  verb.Add("--block-size", options.format.block_size,
           "weight-only: weights that share a scale: 16, 32, 64, 128 or 256")
      .ShowDefault();
  verb.Add("--rounding", rounding_, "weight-only: nearest, hqq, gptq or adaround").ShowDefault();
  verb.AddFlag("--float-products", float_products_,
               "weight-only, --target slipway: no rounding of inputs to int8 in matrix products: "
               "more exact, "
               "slower");
}

Status QuantizeCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(file_.quantize.target, quantize::ParseTargetCpu(target_));
  SLIPWAY_TRY_ASSIGN(file_.calibration_method,
                     quantize::ParseCalibrationMethod(calibration_method_));
  SLIPWAY_TRY_ASSIGN(file_.weights.rounding, quantize::ParseWeightRounding(rounding_));
  for (const std::string& shape : shapes_) SLIPWAY_TRY(AddShape(shape, file_.shapes));
  SLIPWAY_TRY_ASSIGN(file_.max_drop, ParseDrop(max_drop_));
  file_.validation.scale = file_.calibration.scale;
  file_.model = model_;
  file_.out = out_;
  file_.quantize.excluded_nodes = {excluded_.begin(), excluded_.end()};
  file_.quantize.format.per_channel = !per_tensor_;
  if (reduce_range_) file_.quantize.weight_range = quantize::WeightRange::kReduced;
  file_.weights.int8_products = !float_products_;
  file_.keeps_slower = keep_slower_;
  file_.weights.format.bits = bits_.value_or(file_.weights.format.bits);
  file_.calibration_samples = calibration_samples_.value_or(file_.calibration_samples);
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({.intra_op_threads = 0}));
  if (const auto* const coding = std::get_if<codebook::CodingMethod>(&method_)) {
    return RunCodes(*engine, *coding, terminal);
  }
  file_.method = std::get<QuantizeMethod>(method_);
  if (file_.method == QuantizeMethod::kMixed && objective_ == Objective::kSize) {
    return RunSmallestCodes(*engine, terminal);
  }
  return RunIntegers(*engine, terminal);
}

Status QuantizeCommand::RunIntegers(const runtime::Engine& engine, Terminal& terminal) const {
  SLIPWAY_TRY_ASSIGN(const QuantizedFile result, QuantizeFile(engine, file_));
  PrintReport(result, terminal);
  if (html_.empty()) return {};
  QuantizePage page{
      .title = fmt::format("{} by {}", model_.filename().string(), result.report.method),
      .table = LayerTable(result.report),
      .outputs = result.outputs,
      .notes = result.report.notes};
  for (const quantize::LayerReport& layer : result.report.layers) {
    if (layer.weight.snr_db != 0) page.layers.push_back({layer.name, layer.weight});
  }
  return WritePage(engine, std::move(page), terminal);
}

Status QuantizeCommand::RunCodes(const runtime::Engine& engine, codebook::CodingMethod method,
                                 Terminal& terminal) const {
  CodeWeightsFileOptions options = {.model = model_, .out = out_, .calibration = file_.calibration};
  SLIPWAY_TRY_ASSIGN(options.coding, CodingOptionsFor(method, Codes()));
  SLIPWAY_TRY_ASSIGN(const codebook::CodingReport report, CodeWeightsFile(engine, options));
  return TellOfCodes(engine, report, terminal);
}

Status QuantizeCommand::RunSmallestCodes(const runtime::Engine& engine, Terminal& terminal) const {
  // The search brings methods and bits of its own.
  SLIPWAY_TRY_ASSIGN(const codebook::CodeWeightsOptions coding,
                     CodingOptionsFor(codebook::CodingMethod::kCodebook, Codes()));
  SLIPWAY_TRY_ASSIGN(const codebook::CodingReport report, CodeMixedFile(engine, file_, coding));
  return TellOfCodes(engine, report, terminal);
}

Status QuantizeCommand::TellOfCodes(const runtime::Engine& engine,
                                    const codebook::CodingReport& report,
                                    Terminal& terminal) const {
  if (json_) {
    terminal.Write(CodeWeightsJson(report) + "\n");
  } else {
    PrintCodingReport(report, out_, terminal);
  }
  if (html_.empty()) return {};
  QuantizePage page{.title = fmt::format("{} as codes", model_.filename().string()),
                    .table = CodedLayerTable(report),
                    .outputs = report.outputs,
                    .notes = report.notes};
  for (const codebook::CodedLayer& layer : report.layers) {
    if (layer.is_coded) page.layers.push_back({layer.name, layer.weight});
  }
  return WritePage(engine, std::move(page), terminal);
}

CodeFlags QuantizeCommand::Codes() const {
  CodeFlags flags = codes_;
  flags.bits = bits_;
  flags.float_products = float_products_;
  flags.samples = calibration_samples_;
  flags.excluded = {excluded_.begin(), excluded_.end()};
  return flags;
}

Status QuantizeCommand::WritePage(const runtime::Engine& engine, QuantizePage page,
                                  Terminal& terminal) const {
  const DataFlags& data = file_.validation.images.empty() ? file_.calibration : file_.validation;
  if (!data.images.empty()) {
    for (const std::filesystem::path& path : {model_, out_}) {
      SLIPWAY_TRY_ASSIGN(ModelScore score, ScoreModel(engine, path, {.data = data}));
      page.models.push_back({path.filename().string(), std::move(score)});
    }
  }
  const std::string text = ToHtml(page);
  SLIPWAY_TRY(WriteFileAtomically(html_, AsBytes(text)));
  if (!json_) terminal.Print("wrote {}\n", html_.string());
  return {};
}

void QuantizeCommand::PrintReport(const QuantizedFile& result, Terminal& terminal) const {
  const auto& [report, outputs] = result;
  if (json_) {
    terminal.Write(QuantizeJson(report, outputs) + "\n");
    return;
  }
  terminal.Write(RenderFor(terminal, LayerTable(report)));
  for (const quantize::OutputComparison& output : outputs) {
    terminal.Print("output {}: {:.1f} dB signal to noise against float32\n", output.name,
                   output.snr_db);
  }
  for (const std::string& note : report.notes) terminal.Print("note: {}\n", note);
  terminal.Print(
      "wrote {}: {}, {:.1f} % of {} (for {})\n", out_.string(), FormatBytes(report.quantized_bytes),
      100.0 * static_cast<double>(report.quantized_bytes) / static_cast<double>(report.float_bytes),
      FormatBytes(report.float_bytes), quantize::TargetCpuName(report.target));
}

}  // namespace slipway::app
