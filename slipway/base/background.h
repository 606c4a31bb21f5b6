// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace slipway {

/// Calls `work`, which does not throw, on a thread of the lowest priority (nice 19) and returns
/// when it is done: for work that may take what cores have left, but not from others. On the
/// calling thread if the system has no more threads. Thread-safe.
void RunInBackground(const std::function<void()>& work);

}  // namespace slipway
