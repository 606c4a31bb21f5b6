// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/demo_report.h"

#include "slipway/app/command_output.h"
#include "slipway/base/format.h"
#include "slipway/base/json_writer.h"

namespace slipway::app {
namespace {

std::string MillisecondsText(double microseconds) {
  return fmt::format("{:.3f} ms", microseconds / 1e3);
}

std::string Rate(double per_second) { return fmt::format("{:.0f}", per_second); }

/// How many times `base` is of `value`: above 1 is faster.
std::string Speedup(double base, double value) { return fmt::format("{:.2f}x", base / value); }

std::vector<std::string> Cells(const DemoRow& row) {
  return {row.model,
          fmt::format("{:.2f} %", 100 * row.top1),
          FormatBytes(row.file_bytes),
          MillisecondsText(row.p50_batch_1_us),
          MillisecondsText(row.p50_batch_32_us),
          Rate(row.rest_infer_per_s),
          Rate(row.grpc_infer_per_s)};
}

std::vector<std::string> Changes(const DemoRow& base, const DemoRow& row) {
  return {"  against float32",
          fmt::format("{:+.2f} pp", 100 * (row.top1 - base.top1)),
          fmt::format("{:.1f} %", 100 * static_cast<double>(row.file_bytes) /
                                      static_cast<double>(base.file_bytes)),
          Speedup(base.p50_batch_1_us, row.p50_batch_1_us),
          Speedup(base.p50_batch_32_us, row.p50_batch_32_us),
          Speedup(row.rest_infer_per_s, base.rest_infer_per_s),
          Speedup(row.grpc_infer_per_s, base.grpc_infer_per_s)};
}

double Agreement(const DemoReport& report) {
  return static_cast<double>(report.agreeing) / static_cast<double>(report.predictions);
}

void WriteRow(const DemoRow& row, JsonWriter& json) {
  json.BeginObject().Key("model").String(row.model).Key("top1").Number(row.top1);
  json.Key("file_bytes").Number(row.file_bytes);
  json.Key("p50_batch_1_us").Number(row.p50_batch_1_us);
  json.Key("p50_batch_32_us").Number(row.p50_batch_32_us);
  json.Key("rest_infer_per_s").Number(row.rest_infer_per_s);
  json.Key("grpc_infer_per_s").Number(row.grpc_infer_per_s).EndObject();
}

}  // namespace

Table DemoTable(const DemoReport& report) {
  Table table({{"model", Table::Align::kLeft},
               {"top-1 (10,000)"},
               {"file"},
               {"p50 batch 1"},
               {"p50 batch 32"},
               {"REST infer/s"},
               {"gRPC infer/s"}});
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    table.AddRow(Cells(report.rows[i]));
    if (i > 0) table.AddRow(Changes(report.rows.front(), report.rows[i]));
  }
  return table;
}

std::string AgreementText(const DemoReport& report) {
  return fmt::format("REST, gRPC and in-process agree on {:.2f} % of {} predictions",
                     100 * Agreement(report), report.predictions);
}

std::string DemoJson(const DemoReport& report) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.demo/1").Key("rows").BeginArray();
  for (const DemoRow& row : report.rows) WriteRow(row, json);
  json.EndArray().Key("predictions").Number(report.predictions);
  json.Key("agreement").Number(Agreement(report)).EndObject();
  return json.Take();
}

}  // namespace slipway::app
