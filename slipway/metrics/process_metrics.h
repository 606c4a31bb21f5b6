// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/registry.h"

#include <filesystem>

namespace slipway::metrics {

/// What every Prometheus client tells of its process: `process_resident_memory_bytes`,
/// `process_cpu_seconds_total`, `process_open_fds`, `process_max_fds`, `process_threads` and
/// `process_start_time_seconds`.
///
/// Thread-safe. What cannot be read keeps its last value.
class ProcessMetrics {
 public:
  /// Registers itself with `registry`, whose series are not shown any more once this object is
  /// gone. `proc` is the folder of the kernel's that tells about processes.
  explicit ProcessMetrics(Registry& registry, std::filesystem::path proc = "/proc");
  ProcessMetrics(const ProcessMetrics&) = delete;
  ProcessMetrics& operator=(const ProcessMetrics&) = delete;

 private:
  void Refresh();
  void ReadStat();
  void ReadStart(std::uint64_t start_ticks);
  void CountDescriptors();

  const std::filesystem::path proc_;
  Gauge& resident_bytes_;
  Gauge& open_descriptors_;
  Gauge& max_descriptors_;
  Gauge& threads_;
  Gauge& start_seconds_;
  SecondsCounter& cpu_seconds_;
};

}  // namespace slipway::metrics
