// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/table.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

/// What was measured of one model.
struct DemoRow {
  std::string model;  ///< As it is printed.
  double top1 = 0;    ///< 0 to 1.
  std::uint64_t file_bytes = 0;
  double p50_batch_1_us = 0;
  double p50_batch_32_us = 0;
  double rest_infer_per_s = 0;
  double grpc_infer_per_s = 0;
};

/// What a demo run came to.
struct DemoReport {
  std::vector<DemoRow> rows;    ///< The float32 model first; the others are compared with it.
  std::size_t predictions = 0;  ///< That were compared, over all models.
  std::size_t agreeing = 0;     ///< On which REST, gRPC and the in-process call agree.
};

/// The rows, with the change of each against the first.
Table DemoTable(const DemoReport& report);
/// "REST, gRPC and in-process agree on 100.00 % of 20000 predictions".
std::string AgreementText(const DemoReport& report);
/// The report as one JSON object; docs/formats/command-output.md has its schema.
std::string DemoJson(const DemoReport& report);

}  // namespace slipway::app
