// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/model_table.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace slipway::serving {
namespace {

constexpr std::string_view kUnloaded = "unloaded";
/// Versions that once served are told of, but not for ever: new ones may come every minute.
constexpr std::ptrdiff_t kMaxUnloadedVersions = 16;

Error NotLoaded(const ModelName& name, std::string_view reason) {
  return MakeError(ErrorCode::kUnavailable, "model {:?} could not be loaded: {}", name.text(),
                   reason);
}

}  // namespace

ModelTable::ModelTable() : snapshot_(std::make_shared<ModelSnapshot>()) {}

std::shared_ptr<const ModelSnapshot> ModelTable::snapshot() const {
  const MutexLock lock(snapshot_mutex_);
  return snapshot_;
}

std::vector<IndexEntry> ModelTable::Index(bool ready_only) const {
  const MutexLock lock(mutex_);
  std::vector<IndexEntry> index;
  for (const auto& [name, model] : models_) {
    const std::string failure = model.failure ? model.failure->message() : "";
    for (const auto& [number, version] : model.versions) {
      if (ready_only && version.state != VersionState::kReady) continue;
      index.push_back({.model = name,
                       .version = number,
                       .state = version.state,
                       .reason = version.reason.empty() ? failure : version.reason});
    }
    if (!model.versions.empty() || ready_only) continue;
    index.push_back({.model = name, .version = {}, .state = {}, .reason = failure});
  }
  return index;
}

bool ModelTable::Contains(const ModelName& model) const {
  const MutexLock lock(mutex_);
  return models_.contains(model);
}

std::vector<ModelName> ModelTable::Names() const {
  const MutexLock lock(mutex_);
  const auto names = models_ | std::views::keys;
  return {names.begin(), names.end()};
}

bool ModelTable::Model::Serves() const {
  return std::ranges::any_of(versions | std::views::values,
                             [](const Version& version) { return version.owner != nullptr; });
}

bool ModelTable::IsComplete(const Model& model) {
  const bool serves = model.Serves();
  if (model.failure && !serves) return false;
  const auto is_missing = [serves](const Version& version) {
    const bool is_coming = serves && version.state == VersionState::kLoading;
    return version.is_wanted && version.owner == nullptr && !is_coming;
  };
  return std::ranges::none_of(model.versions | std::views::values, is_missing);
}

bool ModelTable::IsComplete() const {
  const MutexLock lock(mutex_);
  return !closed_ && std::ranges::all_of(models_ | std::views::values,
                                         [](const Model& model) { return IsComplete(model); });
}

std::optional<std::string> ModelTable::StampOfServed(const ModelName& model,
                                                     VersionId version) const {
  const MutexLock lock(mutex_);
  const auto found = models_.find(model);
  if (found == models_.end()) return std::nullopt;
  const auto served = found->second.versions.find(version);
  if (served == found->second.versions.end() || served->second.owner == nullptr) {
    return std::nullopt;
  }
  return served->second.owner->stamp();
}

void ModelTable::BeginLoad(const ModelName& model, std::span<const VersionId> versions) {
  const MutexLock lock(mutex_);
  Model& entry = models_[model];
  for (const VersionId number : versions) {
    Version& version = entry.versions[number];
    version.is_wanted = true;
    if (version.owner != nullptr) continue;
    version.state = VersionState::kLoading;
    version.reason.clear();
  }
  Publish(model, entry);
}

void ModelTable::Retire(Version& version, RetiredVersions& retired) {
  if (version.owner != nullptr) {
    retired.push_back(std::move(version.owner));
    version.state = VersionState::kUnloading;
    version.reason.clear();
  }
  version.is_wanted = false;
}

RetiredVersions ModelTable::FinishLoad(const ModelName& model, LoadedVersions loaded) {
  const MutexLock lock(mutex_);
  Model& entry = models_[model];
  entry.failure.reset();
  const bool failed =
      std::ranges::any_of(loaded, [](const auto& version) { return !version.second; });
  RetiredVersions retired;
  for (auto& [number, result] : loaded) {
    Version& version = entry.versions[number];
    if (!result) {
      version.reason = result.error().message();
      if (version.owner == nullptr) version.state = VersionState::kUnavailable;
      continue;
    }
    version.reason.clear();
    if (*result == nullptr) continue;
    if (version.owner != nullptr) retired.push_back(std::move(version.owner));
    version.owner = *std::move(result);
    version.state = VersionState::kReady;
  }
  for (auto& [number, version] : entry.versions) {
    if (loaded.contains(number)) continue;
    if (failed) {
      version.is_wanted = false;
    } else {
      Retire(version, retired);
    }
  }
  // Of a version that was never loaded and is not asked for any more there is nothing to tell.
  std::erase_if(entry.versions, [](const auto& item) {
    const Version& version = item.second;
    return !version.is_wanted && version.state == VersionState::kUnavailable &&
           version.reason != kUnloaded;
  });
  Publish(model, entry);
  return retired;
}

void ModelTable::FailLoad(const ModelName& model, const Error& reason) {
  const MutexLock lock(mutex_);
  Model& entry = models_[model];
  entry.failure = reason;
  Publish(model, entry);
}

RetiredVersions ModelTable::BeginUnload(const ModelName& model) {
  const MutexLock lock(mutex_);
  Model& entry = models_[model];
  entry.failure.reset();
  RetiredVersions retired;
  for (auto& [number, version] : entry.versions) {
    Retire(version, retired);
    if (version.state == VersionState::kUnavailable) version.reason = kUnloaded;
  }
  Publish(model, entry);
  return retired;
}

void ModelTable::FinishUnload(const ModelName& model) {
  const MutexLock lock(mutex_);
  const auto found = models_.find(model);
  if (found == models_.end()) return;
  std::map<VersionId, Version>& versions = found->second.versions;
  for (auto& [number, version] : versions) {
    if (version.state != VersionState::kUnloading) continue;
    version.state = VersionState::kUnavailable;
    version.reason = kUnloaded;
  }
  const auto is_unloaded = [](const auto& item) { return item.second.reason == kUnloaded; };
  std::ptrdiff_t surplus = std::ranges::count_if(versions, is_unloaded) - kMaxUnloadedVersions;
  std::erase_if(versions, [&](const auto& item) { return is_unloaded(item) && surplus-- > 0; });
  // Of a model of which nothing was ever loaded there is nothing to tell.
  if (versions.empty() && !found->second.failure) models_.erase(found);
}

RetiredVersions ModelTable::Close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  RetiredVersions retired;
  const auto next = std::make_shared<ModelSnapshot>();
  for (auto& [name, model] : models_) {
    for (auto& [number, version] : model.versions) Retire(version, retired);
    next->Set(name, {.versions = {},
                     .reason = MakeError(ErrorCode::kUnavailable, "the server is shutting down")});
  }
  SetSnapshot(next);
  return retired;
}

ModelSnapshot::Model ModelTable::ToSnapshot(const ModelName& name, const Model& model) {
  ModelSnapshot::Model snapshot;
  if (model.failure) snapshot.reason = NotLoaded(name, model.failure->message());
  for (const auto& [number, version] : model.versions) {
    if (version.owner != nullptr) {
      snapshot.versions.emplace(number, version.owner->lent());
    } else if (version.state == VersionState::kLoading) {
      snapshot.versions.emplace(
          number, MakeError(ErrorCode::kUnavailable, "model {:?} is being loaded", name.text()));
    } else if (version.is_wanted) {
      snapshot.versions.emplace(number, NotLoaded(name, version.reason));
    }
  }
  return snapshot;
}

void ModelTable::Publish(const ModelName& name, const Model& model) {
  if (closed_) return;
  auto next = std::make_shared<ModelSnapshot>(*snapshot());
  next->Set(name, ToSnapshot(name, model));
  SetSnapshot(std::move(next));
}

void ModelTable::SetSnapshot(std::shared_ptr<const ModelSnapshot> next) {
  const MutexLock lock(snapshot_mutex_);
  snapshot_.swap(next);
}

}  // namespace slipway::serving
