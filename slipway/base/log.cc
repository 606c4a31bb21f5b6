// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log.h"

#include "slipway/base/json_writer.h"
#include "slipway/base/mutex.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace slipway {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// What a line is made of, in the library's own words.
const char* PatternOf(LogFormat format) {
  switch (format) {
    case LogFormat::kText:
      return "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v";
    case LogFormat::kIso8601:
      return "%Y-%m-%dT%H:%M:%SZ %L %P %v";
    case LogFormat::kJson:
      return R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
  }
  return "%v";
}

/// Whether lines at `level` are written.
bool IsOn(const LogSettings& settings, LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return settings.verbose_level > 0;
    case LogLevel::kInfo:
      return settings.info;
    case LogLevel::kWarning:
      return settings.warning;
    case LogLevel::kError:
      return settings.error;
  }
  return true;
}

struct Log {
  Log() {
    logger->set_level(spdlog::level::trace);  // `settings` alone decides.
    logger->flush_on(spdlog::level::trace);
    logger->set_pattern(PatternOf(LogFormat::kText), spdlog::pattern_time_type::utc);
  }

  const std::shared_ptr<spdlog::logger> logger = spdlog::stderr_logger_mt("slipway");
  Mutex mutex;
  // Lines are written under the lock, so that each looks as the settings of its time say.
  LogSettings settings SLIPWAY_GUARDED_BY(mutex);
};

/// Calls `visit` with the name and the text of each field that is there.
template <typename Visit>
void ForEachField(const LogFields& fields, const Visit& visit) {
  if (!fields.model.empty()) visit("model", fields.model);
  if (!fields.version.empty()) visit("version", fields.version);
  if (!fields.request_id.empty()) visit("request_id", fields.request_id);
  if (fields.code) visit("code", ErrorCodeName(*fields.code));
}

/// The members that follow the level in a line of JSON.
std::string JsonMembers(std::string_view message, const LogFields& fields) {
  std::string text = R"("message":)";
  AppendJsonQuoted(text, message);
  ForEachField(fields, [&](std::string_view name, std::string_view value) {
    text += fmt::format(",\"{}\":", name);
    AppendJsonQuoted(text, value);
  });
  return text;
}

/// The message with the fields in brackets behind it. Quoted, so that a caller's text stays within
/// its line.
std::string PlainText(std::string_view message, const LogFields& fields) {
  std::string shown;
  ForEachField(fields, [&](std::string_view name, std::string_view value) {
    shown += fmt::format("{}{}=", shown.empty() ? "" : " ", name);
    AppendJsonQuoted(shown, value);
  });
  return shown.empty() ? std::string(message) : fmt::format("{} [{}]", message, shown);
}

Log& ProcessLog() {
  static Log log;
  return log;
}

}  // namespace

void ConfigureLog(const LogOptions& options) {
  ChangeLogSettings({.info = options.level <= LogLevel::kInfo,
                     .warning = options.level <= LogLevel::kWarning,
                     .error = true,
                     .verbose_level = options.level == LogLevel::kDebug ? 1U : 0U,
                     .format = options.format});
}

LogSettings CurrentLogSettings() {
  Log& log = ProcessLog();
  const MutexLock lock(log.mutex);
  return log.settings;
}

void ChangeLogSettings(const LogSettings& settings) {
  Log& log = ProcessLog();
  const MutexLock lock(log.mutex);
  log.settings = settings;
  log.logger->set_pattern(PatternOf(settings.format), spdlog::pattern_time_type::utc);
}

void WriteLog(LogLevel level, std::string_view message, const LogFields& fields) {
  Log& log = ProcessLog();
  const MutexLock lock(log.mutex);
  if (!IsOn(log.settings, level)) return;
  const bool is_json = log.settings.format == LogFormat::kJson;
  log.logger->log(ToSpdlog(level),
                  is_json ? JsonMembers(message, fields) : PlainText(message, fields));
}

}  // namespace slipway
