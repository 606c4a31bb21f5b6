// SPDX-License-Identifier: Apache-2.0
#pragma once

/// In front of a function: it is compiled for AVX-512, for AVX2 and for any processor, and the
/// dynamic linker takes what the machine has (GCC's target_clones). For loops that the compiler can
/// vectorize, over data of which there is much; what it calls has to be inlined. Nothing in debug
/// builds, those with sanitizers among them: their runtimes are not there yet when the linker
/// chooses.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(NDEBUG)
#define SLIPWAY_VECTOR_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SLIPWAY_VECTOR_CLONES
#endif
