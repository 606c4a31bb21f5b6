// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/data_options.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace slipway::app {

void AddPixelOption(CLI::App& verb, DataFlags& flags) {
  const std::map<std::string, dataset::PixelScale> scales = {{"unit", dataset::PixelScale::kUnit},
                                                             {"raw", dataset::PixelScale::kRaw},
                                                             {"as-is", dataset::PixelScale::kAsIs}};
  verb.add_option("--pixels", flags.scale,
                  "What uint8 images become where the model takes float32: unit (pixel / 255), raw "
                  "(0..255), as-is (uint8). Default: unit")
      ->transform(CLI::CheckedTransformer(scales));
}

}  // namespace slipway::app
