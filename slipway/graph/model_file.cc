// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/model_file.h"

#include "slipway/graph/internal/external_data.h"
#include "slipway/graph/internal/model_decoder.h"
#include "slipway/graph/internal/model_encoder.h"
#include "slipway/graph/internal/model_scan.h"

#include <limits>

namespace slipway::graph {
namespace {

/// Opens, once each, the files that hold a model's external data.
class ExternalFileOpener {
 public:
  ExternalFileOpener(const Folder& folder, std::uint64_t model_bytes, const ModelLimits& limits)
      : folder_(folder), limits_(limits), file_bytes_(model_bytes), tensor_bytes_(model_bytes) {}

  /// Opens the file of `reference` unless it is open, and checks that the tensor is inside it.
  Status Open(const ExternalReference& reference);
  ExternalFiles Take() { return std::move(files_); }

 private:
  Status OpenFile(const std::string& location);

  const Folder& folder_;
  const ModelLimits& limits_;
  ExternalFiles files_ = {};
  std::uint64_t file_bytes_;
  // Tensors may share bytes in the file, but each gets its own when the model is read.
  std::uint64_t tensor_bytes_;
};

Status ExternalFileOpener::OpenFile(const std::string& location) {
  if (files_.contains(location)) return {};
  if (files_.size() >= limits_.max_external_files) {
    return MakeError(ErrorCode::kResourceExhausted, "the model names more than {} files",
                     limits_.max_external_files);
  }
  SLIPWAY_TRY_ASSIGN(const FileDescriptor descriptor, folder_.OpenFile(location));
  SLIPWAY_TRY_ASSIGN(MappedFile file, MappedFile::Map(descriptor, folder_.path() / location,
                                                      limits_.max_total_bytes - file_bytes_));
  file_bytes_ += file.bytes().size();
  files_.emplace(location, std::move(file));
  return {};
}

Status ExternalFileOpener::Open(const ExternalReference& reference) {
  SLIPWAY_TRY(OpenFile(reference.location));
  SLIPWAY_TRY(ResolveExternal(reference, files_, 0));
  // A tensor that does not say how long it is may take all that is left of its file.
  const std::uint64_t length =
      reference.length.value_or(files_.at(reference.location).bytes().size() - reference.offset);
  if (length > limits_.max_total_bytes - tensor_bytes_) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the tensors of the model have more than {} bytes", limits_.max_total_bytes);
  }
  tensor_bytes_ += length;
  return {};
}

}  // namespace

Result<ModelFile> ModelFile::Open(const std::filesystem::path& path, const ModelLimits& limits) {
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  SLIPWAY_TRY_ASSIGN(const Folder folder, Folder::Open(parent));
  SLIPWAY_TRY_ASSIGN(const FileDescriptor descriptor, folder.OpenFile(path.filename()));
  SLIPWAY_TRY_ASSIGN(
      MappedFile model,
      MappedFile::Map(descriptor, path, std::min(limits.max_file_bytes, limits.max_total_bytes)));
  const Result<std::vector<ExternalReference>> references = ScanModel(model.bytes(), limits);
  if (!references)
    return Annotate(references.error(), "{} is not a usable ONNX model", path.string());
  ExternalFileOpener opener(folder, model.bytes().size(), limits);
  for (const ExternalReference& reference : *references) {
    const Status opened = opener.Open(reference);
    if (!opened) return Annotate(opened.error(), "external data of {}", path.string());
  }
  return ModelFile(path, std::move(model), opener.Take());
}

std::uint64_t ModelFile::total_bytes() const {
  std::uint64_t total = model_.bytes().size();
  for (const auto& [name, file] : external_) total += file.bytes().size();
  return total;
}

Result<Model> ReadModel(const ModelFile& file, const ModelLimits& limits) {
  Result<Model> model = DecodeModel(file.model_bytes(), file.external_files(), limits);
  if (!model) return Annotate(model.error(), "model {}", file.path().string());
  return model;
}

Result<Model> ReadModel(const std::filesystem::path& path, const ModelLimits& limits) {
  SLIPWAY_TRY_ASSIGN(const ModelFile file, ModelFile::Open(path, limits));
  return ReadModel(file, limits);
}

Result<Model> ParseModel(ByteView bytes, const ModelLimits& limits) {
  return DecodeModel(bytes, {}, limits);
}

Result<std::string> SerializeModel(const Model& model) {
  onnx::ModelProto proto;
  SLIPWAY_TRY(EncodeModel(model, proto));
  const std::size_t size = proto.ByteSizeLong();
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the model takes {} bytes: a file may have less than 2 GiB", size);
  }
  return proto.SerializeAsString();
}

Status WriteModel(const Model& model, const std::filesystem::path& path) {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, SerializeModel(model));
  return WriteFileAtomically(path, AsBytes(bytes));
}

}  // namespace slipway::graph
