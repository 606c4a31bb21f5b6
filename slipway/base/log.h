// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/format.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slipway {

/// How much a log line matters, least first.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// How log lines look.
enum class LogFormat : std::uint8_t {
  kText,  ///< For people: time, level, message.
  kJson,  ///< One JSON object a line: "time" (RFC 3339, UTC), "level", "message".
};

/// What is logged and how. The log goes to standard error.
struct LogOptions {
  LogLevel level = LogLevel::kInfo;  ///< The least level that is written.
  LogFormat format = LogFormat::kText;
};

/// Sets the process's log up; call it once, before other threads start.
void ConfigureLog(const LogOptions& options);

/// Writes `message` at `level`. Thread-safe.
void WriteLog(LogLevel level, std::string_view message);

template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace slipway
