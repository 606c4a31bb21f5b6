// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace slipway::api {

/// The path of a request target, cut at '/' and percent-decoded, once. What a decoded segment says,
/// '/' and ".." included, is a name to be checked and never again part of a path.
///
/// Neither copied nor moved: segments may point into it.
class RequestPath {
 public:
  static constexpr std::size_t kMaxSegments = 8;

  RequestPath() = default;
  RequestPath(const RequestPath&) = delete;
  RequestPath& operator=(const RequestPath&) = delete;

  /// Reads `target`, in origin or absolute form, without its query; it outlives this object.
  /// kInvalidArgument if an escape is broken, kNotFound if there are more segments than any route
  /// has.
  Status Parse(std::string_view target);

  std::span<const std::string_view> segments() const { return {segments_.data(), count_}; }

 private:
  Result<std::string_view> Decode(std::string_view segment);

  std::array<std::string_view, kMaxSegments> segments_;
  std::size_t count_ = 0;
  std::string decoded_;  ///< The text of segments that had escapes.
};

/// The path of `target` without its query, as it was sent.
std::string_view PathOf(std::string_view target);

}  // namespace slipway::api
