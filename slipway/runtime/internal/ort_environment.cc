// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/ort_environment.h"

#include "slipway/base/log.h"
#include "slipway/base/usable_cores.h"
#include "slipway/runtime/kernels/register_operators.h"

#include <cstdlib>
#include <limits>
#include <string_view>

namespace slipway::runtime {
namespace {

Result<OrtOwned<OrtThreadingOptions>> ToThreadingOptions(const EngineOptions& options) {
  const std::size_t threads =
      options.intra_op_threads == 0 ? CountUsableCores() : options.intra_op_threads;
  if (threads > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return InvalidArgument("{} threads are too many", threads);
  }
  const OrtApi& api = Api();
  SLIPWAY_TRY_ASSIGN(
      OrtOwned<OrtThreadingOptions> threading,
      MakeOrt<OrtThreadingOptions>([&](auto** out) { return api.CreateThreadingOptions(out); }));
  SLIPWAY_TRY(ToStatus(api.SetGlobalIntraOpNumThreads(threading.get(), static_cast<int>(threads))));
  // Sessions run their nodes in order; parallelism is within a node or over requests.
  SLIPWAY_TRY(ToStatus(api.SetGlobalInterOpNumThreads(threading.get(), 1)));
  SLIPWAY_TRY(ToStatus(api.SetGlobalSpinControl(threading.get(), options.spin ? 1 : 0)));
  return threading;
}

void ORT_API_CALL LogFromOrt(void* /*context*/, OrtLoggingLevel /*level*/, const char* /*category*/,
                             const char* id, const char* /*place*/, const char* message) noexcept {
  LogWarning("ONNX Runtime, {}: {}", id, message);
}

// A ModelProto of IR version 8 and operator set 17 with a graph "g": y = Identity(x), float32.
constexpr std::string_view kIdentityModel =
    "\x08\x08"
    "\x3a\x2b"
    "\x0a\x10\x0a\x01x\x12\x01y\x22\x08Identity"
    "\x12\x01g"
    "\x5a\x09\x0a\x01x\x12\x04\x0a\x02\x08\x01"
    "\x62\x09\x0a\x01y\x12\x04\x0a\x02\x08\x01"
    "\x42\x02\x10\x11";

// The first session of a process that has operators of ours enters their domain into a table of
// ONNX Runtime that has no lock, and two at once fail or worse. So the first is made here, alone.
Status EnterOperatorDomain(const OrtEnv& env) {
  const OrtApi& api = Api();
  SLIPWAY_TRY_ASSIGN(
      const OrtOwned<OrtSessionOptions> options,
      MakeOrt<OrtSessionOptions>([&](auto** out) { return api.CreateSessionOptions(out); }));
  SLIPWAY_TRY(ToStatus(api.DisablePerSessionThreads(options.get())));
  SLIPWAY_TRY(ToStatus(kernels::RegisterOperators(*options, api)));
  SLIPWAY_TRY(MakeOrt<OrtSession>([&](OrtSession** out) {
    return api.CreateSessionFromArray(&env, kIdentityModel.data(), kIdentityModel.size(),
                                      options.get(), out);
  }));
  return {};
}

}  // namespace

Result<const OrtEnvironment*> OrtEnvironment::ForProcess(const EngineOptions& options) {
  // Never destroyed: at the end of the process, threads of the pool and statics of the library may
  // still use it.
  static const auto* const environment = new Result<OrtEnvironment>(Create(options));
  if (!*environment) return environment->error();
  return &**environment;
}

Result<OrtEnvironment> OrtEnvironment::Create(const EngineOptions& options) {
  if (FindOrtApi() == nullptr) {
    return InternalError(
        "the ONNX Runtime library is {}, but API {} is needed: install version 1.{} or later",
        OrtGetApiBase()->GetVersionString(), ORT_API_VERSION, ORT_API_VERSION);
  }
  // The library reports usage to its vendor unless told not to before it starts.
  ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  SLIPWAY_TRY_ASSIGN(const OrtOwned<OrtThreadingOptions> threading, ToThreadingOptions(options));
  SLIPWAY_TRY_ASSIGN(OrtOwned<OrtEnv> env, MakeOrt<OrtEnv>([&](OrtEnv** out) {
                       return Api().CreateEnvWithCustomLoggerAndGlobalThreadPools(
                           LogFromOrt, nullptr, ORT_LOGGING_LEVEL_WARNING, "environment",
                           threading.get(), out);
                     }));
  SLIPWAY_TRY(ToStatus(Api().DisableTelemetryEvents(env.get())));
  SLIPWAY_TRY(EnterOperatorDomain(*env));
  return OrtEnvironment(std::move(env));
}

}  // namespace slipway::runtime
