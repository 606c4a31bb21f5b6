// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/target_cpu.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(TargetCpuTest, NamesReadBackAsTheirTargets) {
  for (const TargetCpu target : {TargetCpu::kThisMachine, TargetCpu::kVnni, TargetCpu::kAvx2}) {
    ASSERT_OK_AND_ASSIGN(const TargetCpu parsed, ParseTargetCpu(TargetCpuName(target)));
    EXPECT_EQ(parsed, target);
  }
}

TEST(TargetCpuTest, RefusesAnUnknownName) {
  EXPECT_THAT(ParseTargetCpu("sse2"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"sse2\": it is auto, vnni")));
}

#if defined(__x86_64__)
TEST(TargetCpuTest, AgreesWithTheKernelAboutThisMachine) {
  // Not `ReadFile`: by its size it is empty.
  std::ifstream file("/proc/cpuinfo");
  const std::string cpuinfo(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(cpuinfo.empty());
  const bool has_vnni = cpuinfo.find("avx512_vnni") != std::string::npos ||
                        cpuinfo.find("avx_vnni") != std::string::npos;

  EXPECT_EQ(DetectTargetCpu(), has_vnni ? TargetCpu::kVnni : TargetCpu::kAvx2);
  EXPECT_EQ(ResolveTargetCpu(TargetCpu::kThisMachine), DetectTargetCpu());
}
#endif

TEST(TargetCpuTest, KeepsATargetThatIsNamed) {
  EXPECT_EQ(ResolveTargetCpu(TargetCpu::kVnni), TargetCpu::kVnni);
  EXPECT_EQ(ResolveTargetCpu(TargetCpu::kAvx2), TargetCpu::kAvx2);
}

}  // namespace
}  // namespace slipway::quantize
