// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <onnxruntime_c_api.h>

#include <memory>

namespace slipway::runtime {

/// The functions of the ONNX Runtime library, or null if it is older than the headers that we were
/// built with.
const OrtApi* FindOrtApi();

/// The functions of ONNX Runtime; an engine has been made, so they are there.
const OrtApi& Api();

/// Gives an object back to ONNX Runtime.
struct OrtRelease {
  void operator()(OrtEnv* env) const { Api().ReleaseEnv(env); }
  void operator()(OrtMemoryInfo* info) const { Api().ReleaseMemoryInfo(info); }
  void operator()(OrtRunOptions* options) const { Api().ReleaseRunOptions(options); }
  void operator()(OrtSession* session) const { Api().ReleaseSession(session); }
  void operator()(OrtSessionOptions* options) const { Api().ReleaseSessionOptions(options); }
  void operator()(OrtStatus* status) const { Api().ReleaseStatus(status); }
  void operator()(OrtTensorTypeAndShapeInfo* info) const {
    Api().ReleaseTensorTypeAndShapeInfo(info);
  }
  void operator()(OrtThreadingOptions* options) const { Api().ReleaseThreadingOptions(options); }
  void operator()(OrtTypeInfo* info) const { Api().ReleaseTypeInfo(info); }
  void operator()(OrtValue* value) const { Api().ReleaseValue(value); }
};

template <typename T>
using OrtOwned = std::unique_ptr<T, OrtRelease>;

/// The error that `status`, which is not null, stands for; releases it.
Error TakeError(OrtStatus* status);

/// What `status` says; releases it.
inline Status ToStatus(OrtStatus* status) {
  if (status == nullptr) return {};
  return TakeError(status);
}

/// The object that `create` puts where it is told to.
template <typename T, typename Create>
Result<OrtOwned<T>> MakeOrt(const Create& create) {
  T* made = nullptr;
  SLIPWAY_TRY(ToStatus(create(&made)));
  return OrtOwned<T>(made);
}

}  // namespace slipway::runtime
