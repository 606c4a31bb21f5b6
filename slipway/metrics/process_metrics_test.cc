// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/process_metrics.h"

#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

/// A folder that looks like /proc: 300 ticks of processor time, 7 threads, started 1,000 ticks
/// after 1,700,000,000, 50 resident pages, 3 descriptors.
class ProcessMetricsTest : public ::testing::Test {
 protected:
  ProcessMetricsTest() {
    std::filesystem::create_directories(folder_.path() / "self/fd");
    Write("self/stat",
          "42 (a ) (b) S 1 2 3 4 5 6 7 8 9 10 100 200 13 14 15 16 7 18 1000 20 50 22\n");
    Write("stat", "cpu  1 2 3 4\nbtime 1700000000\nprocesses 5\n");
    for (const char* const name : {"0", "1", "2"}) Write(std::string("self/fd/") + name, "");
  }

  void Write(const std::string& path, const std::string& text) {
    std::ofstream(folder_.path() / path) << text;
  }

  TemporaryFolder folder_;
  Registry registry_;
};

TEST_F(ProcessMetricsTest, TellsWhatTheKernelTells) {
  const ProcessMetrics process(registry_, folder_.path());

  const std::string text = registry_.PrometheusText();

  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_THAT(text, HasSubstr(fmt::format("process_cpu_seconds_total {}\n", 300 / ticks)));
  EXPECT_THAT(text, HasSubstr("process_threads 7\n"));
  EXPECT_THAT(text, HasSubstr(fmt::format("process_resident_memory_bytes {}\n",
                                          50 * ::sysconf(_SC_PAGESIZE))));
  EXPECT_EQ(registry_.GetGauge("process_start_time_seconds", "").value(), 1.7e9 + 1000 / ticks);
  EXPECT_THAT(text, HasSubstr("process_open_fds 3\n"));
}

TEST_F(ProcessMetricsTest, LooksAgainEachTime) {
  const ProcessMetrics process(registry_, folder_.path());
  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("process_open_fds 3\n"));

  Write("self/fd/3", "");

  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("process_open_fds 4\n"));
}

TEST_F(ProcessMetricsTest, KeepsItsValuesWhenNothingCanBeRead) {
  const ProcessMetrics process(registry_, folder_.path());
  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("process_threads 7\n"));

  std::filesystem::remove_all(folder_.path() / "self");

  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("process_threads 7\n"));
}

TEST(ProcessMetricsRealTest, KnowsThisProcess) {
  Registry registry;
  const ProcessMetrics process(registry);

  ASSERT_THAT(registry.PrometheusText(), HasSubstr("process_start_time_seconds"));

  EXPECT_GT(registry.GetGauge("process_resident_memory_bytes", "").value(), 100'000);
  EXPECT_GE(registry.GetGauge("process_open_fds", "").value(), 3);
  EXPECT_GE(registry.GetGauge("process_threads", "").value(), 1);
  EXPECT_GT(registry.GetGauge("process_start_time_seconds", "").value(), 1.6e9);
}

}  // namespace
}  // namespace slipway::metrics
