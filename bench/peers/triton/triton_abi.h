// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// The part of Triton's stable C ABI (TRITONSERVER API 1.34, TRITONBACKEND API 1.19) that the
/// backend beside it calls, declared here so that nothing but the server's binary is needed.
/// Enumerators are plain integers, handles are opaque.
namespace triton_abi {
constexpr std::uint32_t kTypeFp32 = 11;
constexpr int kMemoryCpu = 0;
constexpr int kErrorInternal = 1;
constexpr std::uint32_t kRequestReleaseAll = 1;
constexpr std::uint32_t kResponseFinal = 1;
}  // namespace triton_abi

extern "C" {
struct TRITONSERVER_Error;
struct TRITONBACKEND_Model;
struct TRITONBACKEND_ModelInstance;
struct TRITONBACKEND_Request;
struct TRITONBACKEND_Input;
struct TRITONBACKEND_Response;
struct TRITONBACKEND_Output;

using TritonStatus = TRITONSERVER_Error*;  ///< Null is success.

TritonStatus TRITONSERVER_ErrorNew(int code, const char* message);
void TRITONSERVER_ErrorDelete(TritonStatus);
const char* TRITONSERVER_ErrorMessage(TritonStatus);

TritonStatus TRITONBACKEND_ModelRepository(TRITONBACKEND_Model*, int* artifact_type,
                                           const char** location);
TritonStatus TRITONBACKEND_ModelVersion(TRITONBACKEND_Model*, std::uint64_t*);
TritonStatus TRITONBACKEND_ModelState(TRITONBACKEND_Model*, void**);
TritonStatus TRITONBACKEND_ModelSetState(TRITONBACKEND_Model*, void*);
TritonStatus TRITONBACKEND_ModelInstanceModel(TRITONBACKEND_ModelInstance*, TRITONBACKEND_Model**);
TritonStatus TRITONBACKEND_ModelInstanceReportStatistics(
    TRITONBACKEND_ModelInstance*, TRITONBACKEND_Request*, bool success, std::uint64_t start,
    std::uint64_t compute_start, std::uint64_t compute_end, std::uint64_t end);
TritonStatus TRITONBACKEND_ModelInstanceReportBatchStatistics(
    TRITONBACKEND_ModelInstance*, std::uint64_t batch, std::uint64_t start,
    std::uint64_t compute_start, std::uint64_t compute_end, std::uint64_t end);
TritonStatus TRITONBACKEND_RequestInputByIndex(TRITONBACKEND_Request*, std::uint32_t index,
                                               TRITONBACKEND_Input**);
TritonStatus TRITONBACKEND_RequestRelease(TRITONBACKEND_Request*, std::uint32_t flags);
TritonStatus TRITONBACKEND_InputProperties(TRITONBACKEND_Input*, const char** name,
                                           std::uint32_t* type, const std::int64_t** shape,
                                           std::uint32_t* rank, std::uint64_t* bytes,
                                           std::uint32_t* buffers);
TritonStatus TRITONBACKEND_InputBuffer(TRITONBACKEND_Input*, std::uint32_t index,
                                       const void** buffer, std::uint64_t* bytes, int* memory,
                                       std::int64_t* memory_id);
TritonStatus TRITONBACKEND_ResponseNew(TRITONBACKEND_Response**, TRITONBACKEND_Request*);
TritonStatus TRITONBACKEND_ResponseOutput(TRITONBACKEND_Response*, TRITONBACKEND_Output**,
                                          const char* name, std::uint32_t type,
                                          const std::int64_t* shape, std::uint32_t rank);
TritonStatus TRITONBACKEND_OutputBuffer(TRITONBACKEND_Output*, void** buffer, std::uint64_t bytes,
                                        int* memory, std::int64_t* memory_id);
TritonStatus TRITONBACKEND_ResponseSend(TRITONBACKEND_Response*, std::uint32_t flags,
                                        TritonStatus error);
}
