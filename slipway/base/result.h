// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"

#include <expected>
#include <utility>

namespace slipway {

/// A `T` or the `Error` that says why there is none. Dropping one is a compile error, which a bare
/// `std::expected` would not give.
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  /// Lets a function return an error as it is.
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : std::expected<T, Error>(std::unexpect, std::move(error)) {}
};

/// Success, or the `Error` that says what failed.
using Status = Result<void>;

}  // namespace slipway

#define SLIPWAY_CONCAT_INNER(a, b) a##b
#define SLIPWAY_CONCAT(a, b) SLIPWAY_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, or goes on.
#define SLIPWAY_TRY(expression)                              \
  do {                                                       \
    if (auto slipway_tried = (expression); !slipway_tried) { \
      return std::move(slipway_tried).error();               \
    }                                                        \
  } while (false)

/// Assigns the value of `expression` to `target` (a declaration or an lvalue), or returns its error
/// from the enclosing function.
#define SLIPWAY_TRY_ASSIGN(target, expression) \
  SLIPWAY_TRY_ASSIGN_TO(SLIPWAY_CONCAT(slipway_tried_, __LINE__), target, expression)
#define SLIPWAY_TRY_ASSIGN_TO(tried, target, expression) \
  auto tried = (expression);                             \
  if (!tried) return std::move(tried).error();           \
  target = *std::move(tried)
