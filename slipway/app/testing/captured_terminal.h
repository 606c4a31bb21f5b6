// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/terminal.h"

#include <cstdio>
#include <string>

namespace slipway::app {

/// A terminal whose output a test can read.
class CapturedTerminal {
 public:
  CapturedTerminal() = default;
  ~CapturedTerminal() {
    std::fclose(out_);
    std::fclose(error_);
  }
  CapturedTerminal(const CapturedTerminal&) = delete;
  CapturedTerminal& operator=(const CapturedTerminal&) = delete;

  Terminal& terminal() { return terminal_; }
  const Terminal& terminal() const { return terminal_; }
  /// Everything written to standard output so far.
  std::string out() const { return Contents(out_); }
  /// Everything written to standard error so far.
  std::string error() const { return Contents(error_); }

 private:
  static std::string Contents(std::FILE* file) {
    std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
  }

  std::FILE* out_ = std::tmpfile();
  std::FILE* error_ = std::tmpfile();
  Terminal terminal_{out_, error_};
};

}  // namespace slipway::app
