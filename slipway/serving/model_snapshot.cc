// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_snapshot.h"

#include <utility>

namespace slipway::serving {

void ModelSnapshot::Add(const ModelName& model, VersionId version,
                        Result<std::shared_ptr<ServedVersion>> served) {
  Model& entry = models_[model];
  const bool is_latest = served && (!entry.latest || entry.latest->version() < version);
  if (is_latest) entry.latest = *served;
  entry.versions.insert_or_assign(version, std::move(served));
}

void ModelSnapshot::AddBroken(const ModelName& model, const Error& reason) {
  models_[model].broken = reason;
}

Result<std::shared_ptr<ServedVersion>> ModelSnapshot::Find(
    const ModelName& model, const std::optional<VersionId>& version) const {
  SLIPWAY_TRY_ASSIGN(const Model* const entry, FindModel(model));
  if (!version && entry->latest) return entry->latest;
  const auto not_loaded = [&](const Error& reason) {
    return MakeError(ErrorCode::kUnavailable, "model {:?} could not be loaded: {}", model.text(),
                     reason.message());
  };
  if (entry->broken) return not_loaded(*entry->broken);
  if (!version) return not_loaded(entry->versions.rbegin()->second.error());
  const auto found = entry->versions.find(*version);
  if (found == entry->versions.end()) {
    return NotFound("model {:?} has no version {} here", model.text(), version->number());
  }
  if (!found->second) return not_loaded(found->second.error());
  return *found->second;
}

Result<std::vector<VersionId>> ModelSnapshot::ReadyVersions(const ModelName& model) const {
  SLIPWAY_TRY_ASSIGN(const Model* const entry, FindModel(model));
  std::vector<VersionId> ready;
  for (const auto& [version, served] : entry->versions) {
    if (served) ready.push_back(version);
  }
  return ready;
}

bool ModelSnapshot::IsComplete() const {
  for (const auto& [name, model] : models_) {
    if (model.broken) return false;
    for (const auto& [version, served] : model.versions) {
      if (!served) return false;
    }
  }
  return true;
}

std::vector<std::shared_ptr<ServedVersion>> ModelSnapshot::Served() const {
  std::vector<std::shared_ptr<ServedVersion>> all;
  for (const auto& [name, model] : models_) {
    for (const auto& [version, served] : model.versions) {
      if (served) all.push_back(*served);
    }
  }
  return all;
}

Result<const ModelSnapshot::Model*> ModelSnapshot::FindModel(const ModelName& model) const {
  const auto found = models_.find(model);
  if (found == models_.end()) return NotFound("there is no model {:?}", model.text());
  return &found->second;
}

}  // namespace slipway::serving
