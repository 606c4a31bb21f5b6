// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/format.h"

#include <cstdio>
#include <string_view>
#include <utility>

namespace slipway::app {

/// Where a command's results (standard output) and remarks (standard error) go.
class Terminal {
 public:
  /// `out` and `error` stay open while this object lives.
  Terminal(std::FILE* out, std::FILE* error);

  /// Whether results are read by a person: tables are then aligned and coloured.
  bool is_interactive() const { return interactive_out_; }
  /// Whether remarks are read by a person: progress is then shown.
  bool shows_progress() const { return interactive_error_; }

  /// Writes a piece of the result as it is.
  void Write(std::string_view text);
  /// Writes a remark, which is no part of the result.
  void WriteRemark(std::string_view text);

  template <typename... Args>
  void Print(fmt::format_string<Args...> format, Args&&... args) {
    Write(fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void Remark(fmt::format_string<Args...> format, Args&&... args) {
    WriteRemark(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::FILE* out_;
  std::FILE* error_;
  bool interactive_out_;
  bool interactive_error_;
};

}  // namespace slipway::app
