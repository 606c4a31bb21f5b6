// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/instruction_set.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::kernels {
namespace {

TEST(InstructionSetTest, EveryProcessorHasThePortableOne) {
  EXPECT_EQ(SupportedInstructionSets().front(), InstructionSet::kPortable);
}

TEST(InstructionSetTest, ListsThoseThatAreSupported) {
  const auto listed = SupportedInstructionSets();
  for (const InstructionSet set : {InstructionSet::kPortable, InstructionSet::kAvx2,
                                   InstructionSet::kAvx512, InstructionSet::kAvx512Vnni}) {
    EXPECT_EQ(std::ranges::find(listed, set) != listed.end(), IsSupported(set))
        << InstructionSetName(set);
  }
}

}  // namespace
}  // namespace slipway::kernels
