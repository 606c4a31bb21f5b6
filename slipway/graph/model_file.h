// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/files.h"
#include "slipway/graph/model.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace slipway::graph {

/// What a model file may not exceed. Each bound is checked before memory is spent on what it
/// bounds.
struct ModelLimits {
  std::uint64_t max_file_bytes = std::uint64_t{2} << 30U;    ///< The .onnx file itself.
  std::uint64_t max_total_bytes = std::uint64_t{64} << 30U;  ///< It and all its external data.
  std::size_t max_nodes = 1'000'000;                         ///< Over all subgraphs.
  std::size_t max_depth = 32;                                ///< Subgraphs within subgraphs.
  std::size_t max_initializers = 1'000'000;                  ///< Over all subgraphs.
  std::size_t max_external_files = 16'384;
  /// Memory that everything but the tensors' values may take: nodes, attributes, names, shapes. An
  /// estimate from the number of messages in the file, two bytes of which can become 200 in memory.
  std::uint64_t max_structure_bytes = std::uint64_t{4} << 30U;
};

/// The bytes of a model on disk: the .onnx file and every file of external data that it names, all
/// opened inside the model's folder and mapped into memory.
class ModelFile {
 public:
  /// Opens the model at `path`. kNotFound if there is none; kInvalidArgument if it is no ONNX model
  /// or names external data outside its folder or outside the bounds of a file; kResourceExhausted
  /// if a limit is exceeded.
  static Result<ModelFile> Open(const std::filesystem::path& path, const ModelLimits& limits = {});

  const std::filesystem::path& path() const { return path_; }
  /// The bytes of the .onnx file.
  ByteView model_bytes() const { return model_.bytes(); }
  /// The files of external data by the name that the model gives them.
  const std::map<std::string, MappedFile>& external_files() const { return external_; }
  /// Bytes of the model and its external data together.
  std::uint64_t total_bytes() const;

 private:
  ModelFile(std::filesystem::path path, MappedFile model,
            std::map<std::string, MappedFile> external)
      : path_(std::move(path)), model_(std::move(model)), external_(std::move(external)) {}
  std::filesystem::path path_;
  MappedFile model_;
  std::map<std::string, MappedFile> external_;
};

/// Reads the model in `file` into memory; it is valid by `ValidateModel`.
///
/// Everything in the file survives reading and writing but this: external data comes inside,
/// tensors are stored as raw bytes, initializers, metadata and operator sets are sorted by name,
/// initializers are not listed among the inputs (unless the IR version, below 4, demands it), and
/// training information is dropped, because it names initializers that edits change.
Result<Model> ReadModel(const ModelFile& file, const ModelLimits& limits = {});
/// Opens and reads the model at `path`.
Result<Model> ReadModel(const std::filesystem::path& path, const ModelLimits& limits = {});
/// Reads a model whose ONNX file is `bytes`; it may name no external data.
Result<Model> ParseModel(ByteView bytes, const ModelLimits& limits = {});

/// The ONNX file that holds `model`: the same model gives the same bytes. kResourceExhausted if it
/// would have 2 GiB or more, which protobuf cannot hold.
Result<std::string> SerializeModel(const Model& model);
/// Writes `model` to `path`, all or nothing.
Status WriteModel(const Model& model, const std::filesystem::path& path);

}  // namespace slipway::graph
