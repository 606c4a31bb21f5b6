// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/process_metrics.h"

#include "slipway/metrics/internal/proc_file.h"

#include <sys/resource.h>
#include <unistd.h>

#include <iterator>
#include <utility>

namespace slipway::metrics {
namespace {

// Fields of /proc/self/stat, counted from the one behind the name, which may hold anything.
constexpr std::size_t kUserTicks = 11;
constexpr std::size_t kSystemTicks = 12;
constexpr std::size_t kThreads = 17;
constexpr std::size_t kStartTicks = 19;
constexpr std::size_t kResidentPages = 21;

double TicksPerSecond() { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

}  // namespace

ProcessMetrics::ProcessMetrics(Registry& registry, std::filesystem::path proc)
    : proc_(std::move(proc)),
      resident_bytes_(registry.GetGauge("process_resident_memory_bytes", "Memory in use.")),
      open_descriptors_(registry.GetGauge("process_open_fds", "File descriptors in use.")),
      max_descriptors_(registry.GetGauge("process_max_fds", "File descriptors allowed.")),
      threads_(registry.GetGauge("process_threads", "Threads of the process.")),
      start_seconds_(registry.GetGauge("process_start_time_seconds",
                                       "When the process began, in seconds since 1970.")),
      cpu_seconds_(registry.GetSecondsCounter("process_cpu_seconds_total",
                                              "Processor time used, by user and system.")) {
  registry.OnScrape([this] { Refresh(); });
}

void ProcessMetrics::Refresh() {
  ReadStat();
  CountDescriptors();
}

void ProcessMetrics::ReadStat() {
  const std::optional<std::string> stat = ReadProcFile(proc_ / "self/stat");
  if (!stat) return;
  const std::vector<std::string_view> fields =
      WordsOf(std::string_view(*stat).substr(stat->rfind(')') + 1));
  if (fields.size() <= kResidentPages) return;
  const auto number = [&](std::size_t field) {
    return static_cast<double>(NumberOf(fields[field]).value_or(0));
  };
  cpu_seconds_.RaiseTo((number(kUserTicks) + number(kSystemTicks)) / TicksPerSecond());
  threads_.Set(number(kThreads));
  resident_bytes_.Set(number(kResidentPages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  ReadStart(NumberOf(fields[kStartTicks]).value_or(0));
}

void ProcessMetrics::ReadStart(std::uint64_t start_ticks) {
  const std::optional<std::string> stat = ReadProcFile(proc_ / "stat");
  if (!stat) return;
  const std::optional<std::uint64_t> boot = NumberAfter(WordsOf(*stat), "btime");
  if (!boot) return;
  start_seconds_.Set(static_cast<double>(*boot) +
                     static_cast<double>(start_ticks) / TicksPerSecond());
}

void ProcessMetrics::CountDescriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    max_descriptors_.Set(static_cast<double>(limit.rlim_cur));
  }
  std::error_code failed;
  const std::filesystem::directory_iterator open(proc_ / "self/fd", failed);
  if (failed) return;
  open_descriptors_.Set(static_cast<double>(std::distance(begin(open), end(open))));
}

}  // namespace slipway::metrics
