// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// How strings of bytes are written.
enum class BytesForm : std::uint8_t {
  kText,    ///< As JSON strings; only UTF-8 can be.
  kBase64,  ///< As `{"b64":"..."}`.
};

/// Writes a tensor as JSON arrays in arrays, one level a dimension; a scalar is a bare value.
///
/// kInvalidArgument for what JSON cannot carry: NaN, infinities, and text that is not UTF-8.
class NestedJsonWriter {
 public:
  /// `tensor` outlives the writer. kInvalidArgument if its bytes are not as they must be.
  static Result<NestedJsonWriter> Create(const TensorView& tensor, BytesForm form);

  /// Appends the whole tensor to `out`.
  Status Append(std::string& out) const { return AppendPart(out, 0, 0); }
  /// Appends what lies at `row` of the first dimension.
  Status AppendRow(std::string& out, std::int64_t row) const { return AppendPart(out, 1, row); }

 private:
  NestedJsonWriter(const TensorView& tensor, BytesForm form) : tensor_(tensor), form_(form) {}

  /// Appends part `index` of those that the first `depth` dimensions cut the tensor into.
  Status AppendPart(std::string& out, std::size_t depth, std::int64_t index) const;
  /// Appends element `index`.
  Status AppendElement(std::string& out, std::int64_t index) const;
  /// Appends `count` elements from `first` on as an array.
  Status AppendElements(std::string& out, std::int64_t first, std::int64_t count) const;

  TensorView tensor_;
  BytesForm form_;
  std::vector<std::string_view> strings_;  ///< The elements, if they are BYTES.
};

}  // namespace slipway::api
