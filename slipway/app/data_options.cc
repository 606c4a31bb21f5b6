// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/data_options.h"

#include "slipway/app/internal/choice_option.h"

namespace slipway::app {

void AddPixelOption(Options& verb, DataFlags& flags) {
  AddChoice<dataset::PixelScale>(
      verb, "--pixels", flags.scale,
      {.help = "What uint8 images become where the model takes float32: unit (pixel / 255), raw "
               "(0..255), as-is (uint8)",
       .names = {{"unit", dataset::PixelScale::kUnit},
                 {"raw", dataset::PixelScale::kRaw},
                 {"as-is", dataset::PixelScale::kAsIs}}});
}

}  // namespace slipway::app
