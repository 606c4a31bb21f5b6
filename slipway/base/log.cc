// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/log.h"

#include "slipway/base/json_writer.h"

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

struct Log {
  LogFormat format = LogFormat::kText;
  std::shared_ptr<spdlog::logger> logger = spdlog::stderr_logger_mt("slipway");
};

Log& ProcessLog() {
  static Log log;
  return log;
}

}  // namespace

void ConfigureLog(const LogOptions& options) {
  Log& log = ProcessLog();
  log.format = options.format;
  log.logger->set_level(ToSpdlog(options.level));
  log.logger->flush_on(spdlog::level::info);
  const char* const pattern = options.format == LogFormat::kJson
                                  ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})"
                                  : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v";
  log.logger->set_pattern(pattern, spdlog::pattern_time_type::utc);
}

void WriteLog(LogLevel level, std::string_view message) {
  Log& log = ProcessLog();
  if (log.format == LogFormat::kJson) {
    log.logger->log(ToSpdlog(level), JsonQuoted(message));
  } else {
    log.logger->log(ToSpdlog(level), message);
  }
}

}  // namespace slipway
