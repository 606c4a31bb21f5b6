// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/v1_predict_encoder.h"

#include "slipway/api/internal/nested_json_writer.h"
#include "slipway/base/json_writer.h"

#include <utility>
#include <vector>

namespace slipway::api {
namespace {

/// An output and what writes it.
struct Column {
  const serving::OutputTensor* output;
  NestedJsonWriter writer;
};

Error InOutput(const Error& error, const serving::OutputTensor& output) {
  return Annotate(error, "output {:?} (as binary data it can be had from /v2/models/.../infer)",
                  output.name);
}

Result<std::vector<Column>> ColumnsOf(const serving::InferResponse& response) {
  std::vector<Column> columns;
  for (const serving::OutputTensor& output : response.outputs) {
    const BytesForm form = output.name.ends_with("_bytes") ? BytesForm::kBase64 : BytesForm::kText;
    Result<NestedJsonWriter> writer = NestedJsonWriter::Create(output.tensor.view, form);
    if (!writer) return InOutput(writer.error(), output);
    columns.push_back({&output, *std::move(writer)});
  }
  return columns;
}

/// Appends what `write(column)` writes of each column: bare if there is one, else by its name.
template <typename Write>
Status AppendColumns(std::string& json, const std::vector<Column>& columns, Write write) {
  const bool is_bare = columns.size() == 1;
  if (!is_bare) json += '{';
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) json += ',';
    if (!is_bare) {
      AppendJsonQuoted(json, columns[i].output->name);
      json += ':';
    }
    const Status written = write(columns[i]);
    if (!written) return InOutput(written.error(), *columns[i].output);
  }
  if (!is_bare) json += '}';
  return {};
}

Status CheckRows(const std::vector<Column>& columns, std::int64_t instances) {
  for (const Column& column : columns) {
    const Shape& shape = column.output->tensor.view.shape;
    if (shape.rank() > 0 && shape[0] == instances) continue;
    return InvalidArgument(
        "output {:?} has shape {} and no row for each of {} instances: ask in column form, with "
        "\"inputs\"",
        column.output->name, ToString(shape), instances);
  }
  return {};
}

}  // namespace

Result<std::string> EncodeV1Predict(const serving::InferResponse& response,
                                    std::optional<std::int64_t> instances) {
  SLIPWAY_TRY_ASSIGN(const std::vector<Column> columns, ColumnsOf(response));
  std::string json;
  if (!instances) {
    json = R"({"outputs":)";
    SLIPWAY_TRY(
        AppendColumns(json, columns, [&json](const Column& c) { return c.writer.Append(json); }));
    json += '}';
    return json;
  }
  SLIPWAY_TRY(CheckRows(columns, *instances));
  json = R"({"predictions":[)";
  for (std::int64_t row = 0; row < *instances; ++row) {
    if (row > 0) json += ',';
    SLIPWAY_TRY(AppendColumns(
        json, columns, [&json, row](const Column& c) { return c.writer.AppendRow(json, row); }));
  }
  json += "]}";
  return json;
}

}  // namespace slipway::api
