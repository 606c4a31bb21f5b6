// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/machine_metrics.h"

#include "slipway/base/testing/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

class MachineMetricsTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    std::ofstream(folder_.path() / path) << text;
  }
  double Utilization() { return registry_.GetGauge("nv_cpu_utilization", "").value(); }

  TemporaryFolder folder_;
  Registry registry_;
};

TEST_F(MachineMetricsTest, TellsTheShareOfTimeSinceItWasLastAsked) {
  Write("stat", "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n");
  const MachineMetrics machine(registry_, folder_.path());

  Write("stat", "cpu  150 0 120 720 110 0 0 0 90 0\ncpu0 1 2 3\n");
  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("nv_cpu_utilization 0.7\n"));
}

TEST_F(MachineMetricsTest, KeepsTheShareWhenNoTimeHasPassed) {
  Write("stat", "cpu  100 0 100 700 100 0 0 0\n");
  const MachineMetrics machine(registry_, folder_.path());
  const double before = Utilization();

  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("nv_cpu_utilization"));

  EXPECT_EQ(Utilization(), before);
  EXPECT_NEAR(before, 0.2, 1e-12);
}

TEST_F(MachineMetricsTest, TellsMemoryThatIsNotAvailableAsUsed) {
  Write("meminfo", "MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  400 kB\n");
  const MachineMetrics machine(registry_, folder_.path());

  const std::string text = registry_.PrometheusText();

  EXPECT_THAT(text, HasSubstr("nv_cpu_memory_total_bytes 1024000\n"));
  EXPECT_THAT(text, HasSubstr("nv_cpu_memory_used_bytes 614400\n"));
}

TEST_F(MachineMetricsTest, StaysAtZeroWhenNothingCanBeRead) {
  const MachineMetrics machine(registry_, folder_.path());

  EXPECT_THAT(registry_.PrometheusText(), HasSubstr("nv_cpu_utilization 0\n"));
}

TEST(MachineMetricsRealTest, KnowsThisMachine) {
  Registry registry;
  const MachineMetrics machine(registry);

  EXPECT_GT(registry.GetGauge("nv_cpu_memory_total_bytes", "").value(), 1e8);
  EXPECT_GT(registry.GetGauge("nv_cpu_memory_used_bytes", "").value(), 0);
}

}  // namespace
}  // namespace slipway::metrics
