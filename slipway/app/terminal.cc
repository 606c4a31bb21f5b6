// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/terminal.h"

#include <unistd.h>

namespace slipway::app {

Terminal::Terminal(std::FILE* out, std::FILE* error)
    : out_(out),
      error_(error),
      interactive_out_(::isatty(::fileno(out)) == 1),
      interactive_error_(::isatty(::fileno(error)) == 1) {}

void Terminal::Write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void Terminal::WriteRemark(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), error_);
  std::fflush(error_);
}

}  // namespace slipway::app
