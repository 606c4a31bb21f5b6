// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/nested_json_writer.h"

#include "slipway/api/internal/json_tensor_writer.h"
#include "slipway/base/base64.h"
#include "slipway/base/json_writer.h"
#include "slipway/base/utf8.h"
#include "slipway/tensor/bytes_layout.h"

namespace slipway::api {

Result<NestedJsonWriter> NestedJsonWriter::Create(const TensorView& tensor, BytesForm form) {
  NestedJsonWriter writer(tensor, form);
  if (tensor.dtype == DataType::kBytes) {
    SLIPWAY_TRY_ASSIGN(writer.strings_,
                       SplitBytesElements(tensor.bytes, tensor.shape.element_count()));
  } else {
    SLIPWAY_TRY(CheckByteCount(tensor));
  }
  return writer;
}

Status NestedJsonWriter::AppendPart(std::string& out, std::size_t depth, std::int64_t index) const {
  const Shape& shape = tensor_.shape;
  if (depth == shape.rank()) return AppendElement(out, index);
  const std::int64_t size = shape[depth];
  if (depth + 1 == shape.rank()) return AppendElements(out, index * size, size);
  out += '[';
  for (std::int64_t i = 0; i < size; ++i) {
    if (i > 0) out += ',';
    SLIPWAY_TRY(AppendPart(out, depth + 1, index * size + i));
  }
  out += ']';
  return {};
}

Status NestedJsonWriter::AppendElement(std::string& out, std::int64_t index) const {
  if (tensor_.dtype != DataType::kBytes) {
    const std::size_t bracket = out.size();
    SLIPWAY_TRY(AppendElements(out, index, 1));
    out.erase(bracket, 1);
    out.pop_back();
    return {};
  }
  const std::string_view text = strings_[static_cast<std::size_t>(index)];
  if (form_ == BytesForm::kBase64) {
    out += R"({"b64":")";
    AppendBase64(out, AsBytes(text));
    out += R"("})";
    return {};
  }
  if (!IsUtf8(text)) return InvalidArgument("element {} is not UTF-8", index);
  AppendJsonQuoted(out, text);
  return {};
}

Status NestedJsonWriter::AppendElements(std::string& out, std::int64_t first,
                                        std::int64_t count) const {
  if (tensor_.dtype != DataType::kBytes) {
    const std::size_t element_bytes = ElementBits(tensor_.dtype) / 8;
    const auto begin = static_cast<std::size_t>(first) * element_bytes;
    const auto size = static_cast<std::size_t>(count) * element_bytes;
    return AppendJsonTensor(out, {tensor_.dtype, Shape{count}, tensor_.bytes.subspan(begin, size)});
  }
  out += '[';
  for (std::int64_t i = first; i < first + count; ++i) {
    if (i > first) out += ',';
    SLIPWAY_TRY(AppendElement(out, i));
  }
  out += ']';
  return {};
}

}  // namespace slipway::api
