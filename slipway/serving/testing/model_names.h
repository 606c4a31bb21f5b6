// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"

namespace slipway::serving {

inline const ModelName kFashion = *ModelName::Parse("fashion");
inline const ModelName kMnist = *ModelName::Parse("mnist");
inline const ModelName kOtherModel = *ModelName::Parse("other");
inline const ModelName kAbsent = *ModelName::Parse("absent");

}  // namespace slipway::serving
