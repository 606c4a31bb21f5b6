// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/tensor/data_type.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace slipway::serving {

/// What a batch can tell the model of one input of its requests. "Element counts" are of whole
/// requests, "shapes" are without the batch dimension.
enum class BatchFact : std::uint8_t {
  kElementCount,                     ///< One number for each request.
  kAccumulatedElementCount,          ///< The same, summed up.
  kAccumulatedElementCountWithZero,  ///< The same, with a 0 in front.
  kMaxElementCountAsShape,           ///< Zeros, as many as the largest request has elements.
  kItemShape,                        ///< The shape of each row, one below the other.
  kItemShapeFlatten,                 ///< The same in one dimension.
};

/// Where an input of an engine call comes from.
struct CallInput {
  /// Stands for an input that no request has.
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  std::size_t source = 0;  ///< Which of the requests' inputs.
  /// Whether the elements of all requests stand one after another in one dimension, not in rows.
  bool is_ragged = false;
  std::optional<BatchFact> fact = {};      ///< What is told of `source`, instead of itself.
  DataType fact_dtype = DataType::kInt32;  ///< Of a fact: int32 or float32.
};

/// How the inputs of an engine call are made of those of its requests, and their outputs of its.
struct BatchLayout {
  /// One for each input of the call; none: the inputs of the requests, joined by rows.
  std::vector<CallInput> inputs = {};
  /// For each output of the session the input of a request whose shape its share has; nothing
  /// where it has the rows of the request. Empty: all have.
  std::vector<std::optional<std::size_t>> scattered = {};
  /// Row counts, ascending: rows of zeros fill a batch up to the next of them.
  std::vector<std::int64_t> padded_sizes = {};

  /// Whether a lone request can be run as it is.
  bool is_plain() const { return inputs.empty() && scattered.empty() && padded_sizes.empty(); }
  /// Positions of the requests' ragged inputs, ascending.
  std::vector<std::size_t> RaggedInputs() const;
  /// Rows of zeros that a batch of `rows` rows gets.
  std::int64_t PaddingOf(std::int64_t rows) const;
};

}  // namespace slipway::serving
