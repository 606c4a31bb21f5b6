// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/registry.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::metrics {

/// The forms in which a registry's metrics can be had.
enum class ExpositionFormat : std::uint8_t {
  kPrometheusText,
  kOpenMetricsText,
  kPrometheusProtobuf,  ///< The one with native histograms.
};

/// The form that `accept`, the value of the HTTP header of that name, likes best. The Prometheus
/// text if it names none of them: everything that reads metrics reads that.
ExpositionFormat ChooseExpositionFormat(std::string_view accept);

/// All metrics in one form.
struct Exposition {
  std::string_view content_type;
  std::string body;
};
Exposition Expose(const Registry& registry, ExpositionFormat format);

}  // namespace slipway::metrics
