// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"

namespace slipway::app {

/// What the program's exit status says. docs/formats/command-output.md lists them; they do not
/// change.
enum class ExitCode : int {
  kSuccess = 0,
  kFailure = 1,      ///< A bug of ours, a broken machine or damaged data.
  kWrongUse = 2,     ///< Wrong flags, or input that cannot be used.
  kMissing = 3,      ///< A file, model or data set is not there.
  kUnavailable = 4,  ///< A port is taken, a server is away, a limit is reached, time is up.
};

/// The exit code of an error of kind `code`.
ExitCode ExitCodeOf(ErrorCode code);

}  // namespace slipway::app
