// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/labelled_data.h"

#include "slipway/dataset/tensor_samples.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::dataset {
namespace {

/// Replaces the last `from` in `text`, if there is one.
bool ReplaceLast(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.rfind(from);
  if (at == std::string::npos) return false;
  text.replace(at, from.size(), to);
  return true;
}

/// The same name with the other choice of compression.
std::string WithGzipSuffixToggled(const std::string& name) {
  constexpr std::string_view kSuffix = ".gz";
  if (name.ends_with(kSuffix)) return name.substr(0, name.size() - kSuffix.size());
  return name + std::string(kSuffix);
}

template <typename T>
std::vector<std::int64_t> Widen(const Tensor& tensor) {
  const std::span<const T> elements = tensor.elements<T>();
  return {elements.begin(), elements.end()};
}

Result<std::vector<std::int64_t>> WholeNumbers(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DataType::kUint8:
      return Widen<std::uint8_t>(tensor);
    case DataType::kInt8:
      return Widen<std::int8_t>(tensor);
    case DataType::kInt16:
      return Widen<std::int16_t>(tensor);
    case DataType::kInt32:
      return Widen<std::int32_t>(tensor);
    default:
      return InvalidArgument("labels are whole numbers, got {}", DataTypeName(tensor.dtype()));
  }
}

Result<std::vector<std::int64_t>> ReadLabels(const std::filesystem::path& path,
                                             const IdxLimits& limits) {
  SLIPWAY_TRY_ASSIGN(const Tensor tensor, ReadIdx(path, limits));
  if (tensor.shape().rank() != 1) {
    return InvalidArgument("{}: labels have shape [n], got {}", path.string(),
                           ToString(tensor.shape()));
  }
  Result<std::vector<std::int64_t>> labels = WholeNumbers(tensor);
  if (!labels) return Annotate(labels.error(), "{}", path.string());
  return labels;
}

/// Sets the labels of `data` to those at `path`.
Status AddLabels(LabelledData& data, const std::filesystem::path& path, const IdxLimits& limits) {
  Result<std::vector<std::int64_t>> labels = ReadLabels(path, limits);
  if (!labels) return Annotate(labels.error(), "labels of {}", data.samples_path.string());
  if (labels->size() != data.samples->sample_count()) {
    return InvalidArgument("{} has {} images, but {} has {} labels", data.samples_path.string(),
                           data.samples->sample_count(), path.string(), labels->size());
  }
  data.labels = *std::move(labels);
  data.labels_path = path;
  return {};
}

bool Exists(const std::filesystem::path& path) {
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable);
}

}  // namespace

std::vector<std::filesystem::path> LabelsCandidates(const std::filesystem::path& images_path) {
  std::string name = images_path.filename().string();
  if (!ReplaceLast(name, "images", "labels")) return {};
  ReplaceLast(name, "idx3", "idx1");
  return {images_path.parent_path() / name,
          images_path.parent_path() / WithGzipSuffixToggled(name)};
}

Result<LabelledData> LoadLabelledData(const std::filesystem::path& images_path,
                                      const std::optional<std::filesystem::path>& labels_path,
                                      const IdxLimits& limits) {
  SLIPWAY_TRY_ASSIGN(Tensor images, ReadIdx(images_path, limits));
  Result<std::unique_ptr<TensorSamples>> samples = TensorSamples::Create(std::move(images));
  if (!samples) return Annotate(samples.error(), "{}", images_path.string());
  LabelledData data;
  data.samples = *std::move(samples);
  data.samples_path = images_path;
  data.labels_candidates = labels_path ? std::vector{*labels_path} : LabelsCandidates(images_path);
  const auto found = labels_path ? data.labels_candidates.begin()
                                 : std::ranges::find_if(data.labels_candidates, Exists);
  if (found != data.labels_candidates.end()) SLIPWAY_TRY(AddLabels(data, *found, limits));
  return data;
}

}  // namespace slipway::dataset
