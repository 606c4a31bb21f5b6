// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"
#include "slipway/base/format.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace slipway {

/// How much a log line matters, least first.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// How log lines look.
enum class LogFormat : std::uint8_t {
  kText,     ///< For people: time, level, message.
  kIso8601,  ///< As Triton's format of that name: time, first letter of the level, process,
             ///< message.
  kJson,     ///< One JSON object a line: "time" (RFC 3339, UTC), "level", "message", fields.
};

/// What is logged and how. The log goes to standard error.
struct LogOptions {
  LogLevel level = LogLevel::kInfo;  ///< The least level that is written.
  LogFormat format = LogFormat::kText;
};

/// Sets the process's log up; call it once, before other threads start.
void ConfigureLog(const LogOptions& options);

/// Which lines are written and how they look: what may be changed while the process runs.
struct LogSettings {
  bool info = true;
  bool warning = true;
  bool error = true;
  std::uint32_t verbose_level = 0;  ///< 1 and above: lines at `kDebug` as well.
  LogFormat format = LogFormat::kText;

  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

/// What holds now. Thread-safe.
LogSettings CurrentLogSettings();
/// Changes all of it for the lines that follow. Thread-safe.
void ChangeLogSettings(const LogSettings& settings);

/// What a line is about, for those who search logs by it. Empty ones are left out.
struct LogFields {
  std::string_view model = {};
  std::string_view version = {};
  std::string_view request_id = {};  ///< The caller's.
  std::optional<ErrorCode> code = {};
};

/// Writes `message` at `level`, and `fields` behind it: as keys of their own in JSON, else as text.
/// Thread-safe.
void WriteLog(LogLevel level, std::string_view message, const LogFields& fields = {});

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

template <typename... Args>
void LogInfo(const LogFields& fields, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...), fields);
}

template <typename... Args>
void LogWarning(const LogFields& fields, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...), fields);
}

template <typename... Args>
void LogError(const LogFields& fields, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...), fields);
}

}  // namespace slipway
