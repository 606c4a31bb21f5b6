// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/batcher.h"

#include <cstdint>
#include <span>

namespace slipway::serving {

/// What requests must have in common to share an engine call: the wanted outputs, and for each
/// input whether it is there, its type and the shape of its rows, except where inputs are ragged.
///
/// `ragged` are the positions of ragged inputs, ascending; these may differ in shape, not in type.
/// Equal for two requests that `MayShareCall` allows, and hardly ever for two that it does not.
std::uint64_t BatchKeyOf(const QueuedRequest& request, std::span<const std::size_t> ragged);

/// Whether the rows of both may lie in one batch and its outputs be cut apart again.
bool MayShareCall(const QueuedRequest& a, const QueuedRequest& b,
                  std::span<const std::size_t> ragged);

}  // namespace slipway::serving
