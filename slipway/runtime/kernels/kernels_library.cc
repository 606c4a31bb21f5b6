// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/register_operators.h"

#include <onnxruntime_c_api.h>

/// What ONNX Runtime calls when a program registers this library.
extern "C" OrtStatus* RegisterCustomOps(OrtSessionOptions* options, const OrtApiBase* base) {
  const OrtApi* const api = base->GetApi(ORT_API_VERSION);
  if (api != nullptr) return slipway::kernels::RegisterOperators(*options, *api);
  return base->GetApi(1)->CreateStatus(
      ORT_FAIL, "the operators of slipway need a later ONNX Runtime than this one");
}
