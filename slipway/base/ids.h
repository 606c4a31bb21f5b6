// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace slipway {

/// The name of a model: 1 to 128 letters, digits, '.', '_' and '-', the first a letter, a digit or
/// '_'. A `ModelName` is therefore always safe as one component of a path.
class ModelName {
 public:
  /// Returns the name that `text` spells, or kInvalidArgument with the reason.
  static Result<ModelName> Parse(std::string_view text);

  const std::string& text() const { return text_; }

  friend auto operator<=>(const ModelName&, const ModelName&) = default;

 private:
  explicit ModelName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// The number of a model's version: 1, 2, 3 and so on.
class VersionId {
 public:
  /// Returns the version that `text` spells: decimal, at least 1, without a leading zero.
  static Result<VersionId> Parse(std::string_view text);
  /// The version numbered `number`, which is at least 1.
  explicit VersionId(std::int64_t number) : number_(number) {}

  std::int64_t number() const { return number_; }

  friend auto operator<=>(const VersionId&, const VersionId&) = default;

 private:
  std::int64_t number_;
};

/// The version as clients see it, for example "3".
std::string ToString(VersionId version);

}  // namespace slipway

template <>
struct std::hash<slipway::ModelName> {
  std::size_t operator()(const slipway::ModelName& name) const noexcept {
    return std::hash<std::string>()(name.text());
  }
};
