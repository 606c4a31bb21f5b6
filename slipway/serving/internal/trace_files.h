// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/serving/trace_settings.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::serving {

/// Trace files: arrays of JSON that grow. Each is a whole document after each `Append`, so that it
/// can be read while the server runs and after it was killed.
///
/// Not thread-safe.
class TraceFiles {
 public:
  /// Adds `elements`, one trace, to the file that `setting` names: to the file itself, or, if it
  /// has a `log_frequency`, to one with the ending .0, .1 and so on, each with so many traces. A
  /// file that was there before is replaced when its first trace comes.
  Status Append(const TraceSetting& setting, std::string_view elements);

 private:
  /// How far one series of files has come.
  struct Progress {
    std::uint64_t index = 0;   ///< Of the current file.
    std::uint64_t traces = 0;  ///< In the current file.
    std::uint64_t end = 0;     ///< Where the array's closing bracket stands; 0: not begun.
  };

  std::map<std::pair<std::string, bool>, Progress> series_;  ///< By name and whether it is split.
};

}  // namespace slipway::serving
