// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/front_settings.h"
#include "slipway/api/internal/shared_memory.h"
#include "slipway/metrics/registry.h"
#include "slipway/serving/inference_service.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/trace_settings.h"

namespace slipway::api {

/// What a front answers with; all that it refers to outlives the front. What is null is not
/// offered: requests for it are answered kUnimplemented.
struct FrontParts {
  serving::InferenceService& service;
  const metrics::Registry& registry;
  const FrontContext& context;
  serving::ModelAdministration* administration = nullptr;
  serving::TraceSettings* traces = nullptr;
  SharedMemoryRegions* regions = nullptr;
  FrontSettings settings = {};
};

}  // namespace slipway::api
