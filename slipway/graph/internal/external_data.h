// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/files.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::graph {

/// Where a tensor's bytes lie when they are not in the .onnx file. (ONNX, ExternalData.md)
struct ExternalReference {
  std::string location;  ///< The name of a file, relative to the model's folder.
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< Absent: as many as the tensor needs.

  /// Takes in one entry of a tensor's `external_data`. kInvalidArgument if the key is not one of
  /// the specification's or the value of a number is none. The checksum is not verified: a
  /// version's digest covers every file.
  Status Add(std::string_view key, std::string_view value);
};

/// The files of external data by the name that the model gives them.
using ExternalFiles = std::map<std::string, MappedFile>;

/// The bytes that `reference` names, `needed` of them if it does not say how many.
/// kInvalidArgument if they are not all inside their file, or the file was not opened.
Result<ByteView> ResolveExternal(const ExternalReference& reference, const ExternalFiles& files,
                                 std::uint64_t needed);

}  // namespace slipway::graph
