// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/metrics_config.h"

#include "slipway/app/key_value.h"

namespace slipway::app {

Result<metrics::RegistryOptions> ParseMetricsConfig(std::span<const std::string> settings) {
  constexpr std::string_view kOption = "--metrics-config";
  bool histograms = true;
  bool summaries = false;
  for (const std::string& text : settings) {
    SLIPWAY_TRY_ASSIGN(const KeyValue setting, ParseKeyValue(kOption, text));
    if (setting.key == "histogram_latencies") {
      SLIPWAY_TRY_ASSIGN(histograms, ParseSwitch(kOption, setting));
    } else if (setting.key == "summary_latencies") {
      SLIPWAY_TRY_ASSIGN(summaries, ParseSwitch(kOption, setting));
    } else {
      return InvalidArgument(
          "{} has no setting {:?}, but histogram_latencies and summary_latencies", kOption,
          setting.key);
    }
  }
  return metrics::RegistryOptions{.histograms = histograms, .summaries = summaries};
}

}  // namespace slipway::app
