// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What clang's lock analysis reads (-Wthread-safety); nothing to other compilers.
#if defined(__clang__)
#define SLIPWAY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SLIPWAY_THREAD_ATTRIBUTE(x)
#endif

#define SLIPWAY_CAPABILITY(name) SLIPWAY_THREAD_ATTRIBUTE(capability(name))
#define SLIPWAY_SCOPED_CAPABILITY SLIPWAY_THREAD_ATTRIBUTE(scoped_lockable)
#define SLIPWAY_GUARDED_BY(mutex) SLIPWAY_THREAD_ATTRIBUTE(guarded_by(mutex))
#define SLIPWAY_REQUIRES(...) SLIPWAY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define SLIPWAY_EXCLUDES(...) SLIPWAY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define SLIPWAY_ACQUIRE(...) SLIPWAY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define SLIPWAY_TRY_ACQUIRE(...) SLIPWAY_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define SLIPWAY_RELEASE(...) SLIPWAY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define SLIPWAY_NO_THREAD_SAFETY_ANALYSIS SLIPWAY_THREAD_ATTRIBUTE(no_thread_safety_analysis)
