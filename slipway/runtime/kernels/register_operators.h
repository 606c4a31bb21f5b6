// SPDX-License-Identifier: Apache-2.0
#pragma once

struct OrtApi;
struct OrtSessionOptions;
struct OrtStatus;

namespace slipway::kernels {

/// The domain of our operators, and its version.
constexpr const char* kOperatorDomain = "ai.slipway";
constexpr int kOperatorVersion = 1;
/// The operator of `CodebookMatMul`; README.md has its inputs and attributes.
constexpr const char* kCodebookMatMul = "CodebookMatMul";

/// Makes our operators known to the session that is created with `options`. Null, or what went
/// wrong. Thread-safe.
OrtStatus* RegisterOperators(OrtSessionOptions& options, const OrtApi& api);

}  // namespace slipway::kernels
