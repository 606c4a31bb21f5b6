// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/ort_api.h"

namespace slipway::runtime {
namespace {

ErrorCode CodeOf(OrtErrorCode code) {
  switch (code) {
    case ORT_INVALID_ARGUMENT:
    case ORT_INVALID_GRAPH:
    case ORT_INVALID_PROTOBUF:
      return ErrorCode::kInvalidArgument;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

const OrtApi* FindOrtApi() {
  static const OrtApi* const api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  return api;
}

const OrtApi& Api() {
  static const OrtApi& api = *FindOrtApi();
  return api;
}

Error TakeError(OrtStatus* status) {
  const OrtOwned<OrtStatus> owned(status);
  return {CodeOf(Api().GetErrorCode(status)), Api().GetErrorMessage(status)};
}

}  // namespace slipway::runtime
