// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/machine_metrics.h"

#include "slipway/metrics/internal/proc_file.h"

#include <utility>

namespace slipway::metrics {
namespace {

// The first line of /proc/stat: "cpu user nice system idle iowait irq softirq steal guest ...";
// guests' time is within user's.
constexpr std::size_t kIdle = 4;
constexpr std::size_t kIoWait = 5;
constexpr std::size_t kSteal = 8;

}  // namespace

MachineMetrics::MachineMetrics(Registry& registry, std::filesystem::path proc)
    : proc_(std::move(proc)),
      utilization_(registry.GetGauge("nv_cpu_utilization",
                                     "Share of the machine's processor time in use, 0 to 1.")),
      memory_total_(registry.GetGauge("nv_cpu_memory_total_bytes", "Memory of the machine.")),
      memory_used_(registry.GetGauge("nv_cpu_memory_used_bytes", "Memory that is not available.")) {
  Refresh();
  registry.OnScrape([this] { Refresh(); });
}

void MachineMetrics::Refresh() {
  ReadUtilization();
  ReadMemory();
}

void MachineMetrics::ReadUtilization() {
  const std::optional<std::string> stat = ReadProcFile(proc_ / "stat");
  if (!stat) return;
  const std::vector<std::string_view> words = WordsOf(*stat);
  if (words.size() <= kSteal) return;
  Ticks now;
  for (std::size_t i = 1; i <= kSteal; ++i) {
    const std::uint64_t ticks = NumberOf(words[i]).value_or(0);
    now.all += ticks;
    if (i == kIdle || i == kIoWait) now.idle += ticks;
  }
  const MutexLock lock(mutex_);
  // Two that ask at once: the second learns nothing new. The time waited may even be taken back.
  if (now.all <= before_.all || now.idle < before_.idle) return;
  const auto all = static_cast<double>(now.all - before_.all);
  const auto idle = static_cast<double>(now.idle - before_.idle);
  utilization_.Set(idle < all ? 1 - idle / all : 0);
  before_ = now;
}

void MachineMetrics::ReadMemory() {
  constexpr double kKibibyte = 1024;
  const std::optional<std::string> info = ReadProcFile(proc_ / "meminfo");
  if (!info) return;
  const std::vector<std::string_view> words = WordsOf(*info);
  const std::optional<std::uint64_t> total = NumberAfter(words, "MemTotal:");
  const std::optional<std::uint64_t> available = NumberAfter(words, "MemAvailable:");
  if (!total || !available) return;
  memory_total_.Set(static_cast<double>(*total) * kKibibyte);
  memory_used_.Set((static_cast<double>(*total) - static_cast<double>(*available)) * kKibibyte);
}

}  // namespace slipway::metrics
