// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/session_config.h"

#include <charconv>
#include <cstdint>
#include <string>

namespace slipway::serving {
namespace {

constexpr std::string_view kIntraOpThreads = "intra_op_thread_count";
constexpr std::string_view kInterOpThreads = "inter_op_thread_count";
constexpr std::string_view kExecutionMode = "execution_mode";
constexpr std::string_view kMemoryArena = "enable_mem_arena";
constexpr std::string_view kMemoryPattern = "enable_mem_pattern";
constexpr std::string_view kEngineSetting = "session.";

constexpr std::uint64_t kMaxThreads = 1024;

Result<std::uint64_t> ReadNumber(std::string_view key, std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && number <= most) return number;
  return InvalidArgument("parameters: {} is {:?}: want a whole number from 0 to {}", key,
                         text.substr(0, 64), most);
}

Status ReadParameter(std::string_view key, const std::string& text,
                     runtime::SessionOptions& options) {
  if (key.starts_with(kEngineSetting)) {
    options.settings.emplace(key, text);
    return {};
  }
  const bool is_count = key == kIntraOpThreads || key == kInterOpThreads;
  SLIPWAY_TRY_ASSIGN(const std::uint64_t number, ReadNumber(key, text, is_count ? kMaxThreads : 1));
  if (key == kIntraOpThreads) options.intra_op_threads = number;
  if (key == kInterOpThreads) options.inter_op_threads = number;
  if (key == kExecutionMode) options.parallel_nodes = number == 1;
  if (key == kMemoryArena) options.memory_arena = number == 1;
  if (key == kMemoryPattern) options.memory_patterns = number == 1;
  return {};
}

Result<runtime::GraphOptimization> ReadGraphLevel(std::int32_t level) {
  switch (level) {
    case 0:
      return runtime::GraphOptimization::kAll;
    case -1:
      return runtime::GraphOptimization::kBasic;
    case 1:
      return runtime::GraphOptimization::kExtended;
    case 2:
      return runtime::GraphOptimization::kNone;
    default:
      return InvalidArgument("optimization.graph.level is {}: want -1, 0, 1 or 2", level);
  }
}

}  // namespace

bool IsSessionParameter(std::string_view key) {
  return key == kIntraOpThreads || key == kInterOpThreads || key == kExecutionMode ||
         key == kMemoryArena || key == kMemoryPattern || key.starts_with(kEngineSetting);
}

Result<runtime::SessionOptions> ReadSessionOptions(const config::ModelConfig& message) {
  runtime::SessionOptions options;
  for (const auto& [key, value] : message.parameters()) {
    if (IsSessionParameter(key)) SLIPWAY_TRY(ReadParameter(key, value.string_value(), options));
  }
  SLIPWAY_TRY_ASSIGN(options.optimization, ReadGraphLevel(message.optimization().graph().level()));
  return options;
}

}  // namespace slipway::serving
