// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/json_number.h"
#include "slipway/api/internal/json_reader.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::api {

/// Collects the values of one input as TensorFlow Serving's REST API writes them: a scalar, or
/// arrays in arrays, whose lengths are the shape. Values that follow one another have one shape.
///
/// Floats may also be the bare words NaN, Infinity and -Infinity; strings may be `{"b64":"..."}`.
class V1TensorBuilder {
 public:
  explicit V1TensorBuilder(DataType dtype);

  /// Reads the value that comes next. kInvalidArgument, with the place in bytes, if it is not of
  /// the type, or of another shape than those before.
  Status Append(JsonReader& reader);
  /// Reads the string that comes next, the base64 of a scalar of bytes.
  Status AppendBase64(JsonReader& reader);
  /// How many values have been read.
  std::size_t count() const { return count_; }

  /// The one value.
  Result<Tensor> TakeValue();
  /// All values, one behind the other along a new first dimension.
  Result<Tensor> TakeRows();

 private:
  /// Reads a number at `text` and appends its bytes.
  using ReadNumberFunction = NumberEnd (*)(const char* text, const char* limit, std::string& bytes);

  Status ReadValue(JsonReader& reader, std::size_t depth);
  Status ReadElement(JsonReader& reader);
  Status ReadNumber(JsonReader& reader);
  Status ReadBytes(JsonReader& reader);
  /// Notes that there is an element inside of `depth` arrays.
  Status EnterElement(JsonReader& reader, std::size_t depth);
  Result<Tensor> Take(std::vector<std::int64_t> sizes);

  const DataType dtype_;
  const ReadNumberFunction read_number_;  ///< Null for BYTES and for types without a form in JSON.
  std::vector<std::int64_t> sizes_;       ///< Of a value, as far as it is known; -1: not yet.
  bool has_elements_ = false;             ///< Whether one was seen, so that the rank is known.
  std::size_t count_ = 0;
  std::string bytes_;  ///< Of the elements, in the tensor's layout.
};

}  // namespace slipway::api
