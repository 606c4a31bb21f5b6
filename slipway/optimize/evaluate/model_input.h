// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/adapted_samples.h"
#include "slipway/runtime/session.h"

#include <cstddef>
#include <memory>

namespace slipway::evaluate {

/// `samples` in the type and shape that the one input of `session` takes. `samples` must outlive
/// the result. kInvalidArgument if the model has not exactly one input, or they do not fit it.
Result<std::unique_ptr<dataset::SampleSource>> AdaptToModel(
    const runtime::Session& session, const dataset::SampleSource& samples,
    dataset::PixelScale scale = dataset::PixelScale::kUnit);

/// The samples in one run: `wanted`, or what the model's input fixes. kInvalidArgument if the model
/// has not exactly one input or that has no batch dimension.
Result<std::size_t> BatchSizeFor(const runtime::Session& session, std::size_t wanted);

}  // namespace slipway::evaluate
