// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/metrics/registry.h"

#include <cstdint>
#include <filesystem>

namespace slipway::metrics {

/// What Triton tells of its machine: `nv_cpu_utilization`, the share of processor time that all
/// processes together used since it was last asked, `nv_cpu_memory_total_bytes` and
/// `nv_cpu_memory_used_bytes`.
///
/// Thread-safe. What cannot be read keeps its last value.
class MachineMetrics {
 public:
  /// Registers itself with `registry`, whose series are not shown any more once this object is
  /// gone. `proc` is the folder of the kernel's that tells about the machine.
  explicit MachineMetrics(Registry& registry, std::filesystem::path proc = "/proc");
  MachineMetrics(const MachineMetrics&) = delete;
  MachineMetrics& operator=(const MachineMetrics&) = delete;

 private:
  /// Processor time since the machine started, in ticks.
  struct Ticks {
    std::uint64_t all = 0;
    std::uint64_t idle = 0;
  };

  void Refresh();
  void ReadUtilization();
  void ReadMemory();

  const std::filesystem::path proc_;
  Gauge& utilization_;
  Gauge& memory_total_;
  Gauge& memory_used_;

  Mutex mutex_;
  Ticks before_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::metrics
