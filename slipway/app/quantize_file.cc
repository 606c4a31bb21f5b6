// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_file.h"

#include "slipway/app/mixed_file.h"
#include "slipway/app/model_judge.h"
#include "slipway/base/json_writer.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/quantize/dataset_moments.h"
#include "slipway/optimize/quantize/quantize_dynamic.h"
#include "slipway/optimize/quantize/store_half.h"
#include "slipway/optimize/search/timed_quantization.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace slipway::app {
namespace {

// One file on its way. `data` is null if there is none.
class FileQuantization {
 public:
  FileQuantization(const runtime::Engine& engine, const QuantizeFileOptions& options,
                   const AdaptedData* data)
      : engine_(engine), options_(options), data_(data) {}

  Result<quantize::QuantizeReport> Quantize(graph::Model& model) const {
    switch (options_.method) {
      case QuantizeMethod::kStatic:
        return QuantizeStatic(model);
      case QuantizeMethod::kMixed:
        return InternalError("mixed precision has a function of its own");
      case QuantizeMethod::kDynamic:
        return quantize::QuantizeDynamic(model,
                                         {.target = options_.quantize.target,
                                          .weight_range = options_.quantize.weight_range,
                                          .excluded_nodes = options_.quantize.excluded_nodes});
      case QuantizeMethod::kWeightOnly:
        return QuantizeWeights(model);
      case QuantizeMethod::kFloat16:
        return quantize::StoreAsHalf(model, DataType::kFloat16);
      case QuantizeMethod::kBfloat16:
        return quantize::StoreAsHalf(model, DataType::kBfloat16);
    }
    return InternalError("no such method");
  }

  Result<std::vector<quantize::OutputComparison>> Verify(
      const quantize::ModelPair& models, std::span<const runtime::TensorSpec> inputs) const {
    if (data_ != nullptr) return quantize::VerifyQuantized(engine_, models, *data_->samples);
    Result<std::vector<NamedTensor>> made = MakeSyntheticInputs(inputs, options_.shapes);
    if (!made) return Annotate(made.error(), "no data to check the result on");
    std::vector<TensorView> views;
    for (const NamedTensor& input : *made) views.push_back(input.tensor.view());
    return quantize::VerifyOnInputs(engine_, models, views);
  }

 private:
  quantize::BatchLimits Limits() const { return {.max_samples = options_.calibration_samples}; }

  Result<quantize::QuantizeReport> QuantizeStatic(graph::Model& model) const {
    if (data_ == nullptr) {
      return InvalidArgument(
          "method static takes the ranges of activations from data: give --calibration DATA");
    }
    SLIPWAY_TRY_ASSIGN(quantize::RangeObserverFactory observers,
                       quantize::ObserversFor(options_.calibration_method, options_.percentile));
    quantize::DatasetCalibrator calibrator(engine_, *data_->samples,
                                           {.batches = Limits(),
                                            .observer = std::move(observers),
                                            .checkpoint = options_.calibration_checkpoint});
    if (options_.keeps_slower || options_.quantize.target != quantize::TargetCpu::kThisMachine) {
      return quantize::QuantizeStatic(model, calibrator, options_.quantize);
    }
    const graph::Model original = model;
    const ModelJudge judge(engine_, original, *data_);
    return search::QuantizeWhatGetsFaster(
        model, calibrator, options_.quantize, [&judge](const graph::Model& each) {
          return judge.Seconds(each, {.batch = 8, .rounds = 7, .runs = 3});
        });
  }

  Result<quantize::QuantizeReport> QuantizeWeights(graph::Model& model) const {
    quantize::WeightOnlyOptions options = options_.weights;
    options.excluded_nodes = options_.quantize.excluded_nodes;
    if (data_ == nullptr) return quantize::QuantizeWeightsOnly(model, nullptr, options);
    quantize::DatasetMoments moments(engine_, *data_->samples, Limits());
    return quantize::QuantizeWeightsOnly(model, &moments, options);
  }

  const runtime::Engine& engine_;
  const QuantizeFileOptions& options_;
  const AdaptedData* data_;
};

}  // namespace

Result<QuantizedFile> QuantizeFile(const runtime::Engine& engine,
                                   const QuantizeFileOptions& options) {
  if (options.method == QuantizeMethod::kMixed) return QuantizeMixedFile(engine, options);
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(options.model));
  SLIPWAY_TRY_ASSIGN(const graph::Model original, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  std::optional<AdaptedData> data;
  if (!options.calibration.images.empty()) {
    DataFlags flags = options.calibration;
    flags.max_samples =
        std::max(options.calibration_samples, quantize::VerifyOptions().batches.max_samples);
    SLIPWAY_TRY_ASSIGN(data, LoadAdaptedData(flags, session->inputs()));
  }
  const FileQuantization quantization(engine, options, data ? &*data : nullptr);
  graph::Model quantized = original;
  SLIPWAY_TRY_ASSIGN(quantize::QuantizeReport report, quantization.Quantize(quantized));
  SLIPWAY_TRY_ASSIGN(std::vector<quantize::OutputComparison> outputs,
                     quantization.Verify({original, quantized}, session->inputs()));
  SLIPWAY_TRY(graph::WriteModel(quantized, options.out));
  return QuantizedFile{.report = std::move(report), .outputs = std::move(outputs)};
}

std::string QuantizeJson(const quantize::QuantizeReport& report,
                         const std::vector<quantize::OutputComparison>& outputs) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.quantize/1").Key("outputs").BeginArray();
  for (const quantize::OutputComparison& output : outputs) {
    json.BeginObject().Key("name").String(output.name).Key("snr_db").Number(output.snr_db);
    json.Key("largest_error").Number(output.largest_error).EndObject();
  }
  json.EndArray().Key("report").Raw(quantize::ToJson(report)).EndObject();
  return json.Take();
}

}  // namespace slipway::app
