// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/shared_memory.h"
#include "slipway/base/result.h"

#include <string>
#include <string_view>

namespace slipway::api {

// Triton's extension for system shared memory. Each takes a framed request and gives the serialized
// response; kUnimplemented if `regions` is null: none is offered.

Result<std::string> AnswerSharedMemoryStatus(const SharedMemoryRegions* regions,
                                             std::string_view framed);
Result<std::string> AnswerSharedMemoryRegister(SharedMemoryRegions* regions,
                                               std::string_view framed);
Result<std::string> AnswerSharedMemoryUnregister(SharedMemoryRegions* regions,
                                                 std::string_view framed);

}  // namespace slipway::api
