// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/trace_settings.h"

#include <algorithm>
#include <utility>

namespace slipway::serving {
namespace {

void Apply(const TraceChange& change, const TraceSetting& fallback, TraceSetting& setting) {
  const auto apply = [](const auto& field, const auto& otherwise, auto& target) {
    if (field.named) target = field.value.value_or(otherwise);
  };
  apply(change.file, fallback.file, setting.file);
  apply(change.rate, fallback.rate, setting.rate);
  apply(change.count, fallback.count, setting.count);
  apply(change.log_frequency, fallback.log_frequency, setting.log_frequency);
  if (!change.levels.named) return;
  const TraceLevels levels = change.levels.value.value_or(
      TraceLevels{.timestamps = fallback.timestamps, .tensors = fallback.tensors});
  setting.timestamps = levels.timestamps;
  setting.tensors = levels.tensors;
}

}  // namespace

TraceSettings::TraceSettings(TraceSetting initial)
    : default_(std::move(initial)), global_(default_), is_on_(default_.is_on()) {}

TraceSetting TraceSettings::Global() const {
  const MutexLock lock(mutex_);
  return global_;
}

TraceSetting TraceSettings::Of(const ModelName& model) const {
  const MutexLock lock(mutex_);
  return Merged(model);
}

TraceSetting TraceSettings::ChangeGlobal(const TraceChange& change) {
  const MutexLock lock(mutex_);
  Apply(change, default_, global_);
  Changed();
  return global_;
}

TraceSetting TraceSettings::ChangeModel(const ModelName& model, const TraceChange& change) {
  const MutexLock lock(mutex_);
  Overrides& own = models_[model];
  const auto apply = [](const auto& field, auto& target) {
    if (field.named) target = field.value;
  };
  apply(change.file, own.file);
  apply(change.levels, own.levels);
  apply(change.rate, own.rate);
  apply(change.count, own.count);
  apply(change.log_frequency, own.log_frequency);
  Changed();
  return Merged(model);
}

bool TraceSettings::TakeOne(const ModelName& model) {
  const MutexLock lock(mutex_);
  const auto own = models_.find(model);
  std::int64_t& count =
      own != models_.end() && own->second.count ? *own->second.count : global_.count;
  if (count == 0) return false;
  if (count > 0) --count;
  return true;
}

TraceSetting TraceSettings::Merged(const ModelName& model) const {
  TraceSetting merged = global_;
  const auto found = models_.find(model);
  if (found == models_.end()) return merged;
  const Overrides& own = found->second;
  if (own.levels) {
    merged.timestamps = own.levels->timestamps;
    merged.tensors = own.levels->tensors;
  }
  merged.file = own.file.value_or(merged.file);
  merged.rate = own.rate.value_or(merged.rate);
  merged.count = own.count.value_or(merged.count);
  merged.log_frequency = own.log_frequency.value_or(merged.log_frequency);
  return merged;
}

void TraceSettings::Changed() {
  const auto is_on = [](const auto& entry) {
    const std::optional<TraceLevels>& levels = entry.second.levels;
    return levels && (levels->timestamps || levels->tensors);
  };
  is_on_.store(global_.is_on() || std::ranges::any_of(models_, is_on), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace slipway::serving
