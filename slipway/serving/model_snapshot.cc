// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_snapshot.h"

#include <algorithm>
#include <utility>

namespace slipway::serving {
namespace {

void AppendServed(const ModelSnapshot::Model& model, std::vector<ServedVersion*>& served) {
  for (const auto& [number, version] : model.versions) {
    if (version) served.push_back(version->get());
  }
}

}  // namespace

void ModelSnapshot::Set(const ModelName& name, Model model) {
  const auto entry = std::make_shared<Entry>();
  entry->model = std::move(model);
  for (const auto& [number, version] : entry->model.versions) {
    if (version) entry->latest = &*version;
  }
  models_.insert_or_assign(name, entry);
}

Result<const std::shared_ptr<ServedVersion>*> ModelSnapshot::Find(
    const ModelName& model, const std::optional<VersionId>& version) const {
  SLIPWAY_TRY_ASSIGN(const Entry* const entry, FindModel(model));
  if (!version && entry->latest != nullptr) return entry->latest;
  const auto& versions = entry->model.versions;
  const auto found = version ? versions.find(*version) : versions.end();
  if (found != versions.end()) {
    if (!found->second) return found->second.error();
    return &*found->second;
  }
  if (entry->model.reason) return *entry->model.reason;
  if (!version && !versions.empty()) return versions.rbegin()->second.error();
  if (!version) return NotFound("model {:?} is not loaded", model.text());
  return NotFound("model {:?} has no version {} here", model.text(), version->number());
}

Result<std::vector<ServedVersion*>> ModelSnapshot::ServedOf(const ModelName& model) const {
  SLIPWAY_TRY_ASSIGN(const Entry* const entry, FindModel(model));
  std::vector<ServedVersion*> served;
  AppendServed(entry->model, served);
  return served;
}

std::vector<ServedVersion*> ModelSnapshot::Served() const {
  std::map<ModelName, const Model*> in_order;
  for (const auto& [name, entry] : models_) in_order.emplace(name, &entry->model);
  std::vector<ServedVersion*> served;
  for (const auto& [name, model] : in_order) AppendServed(*model, served);
  return served;
}

Result<const ModelSnapshot::Entry*> ModelSnapshot::FindModel(const ModelName& model) const {
  const auto found = models_.find(model);
  if (found != models_.end()) return found->second.get();
  return NotFound("there is no model {:?} here, or it is not loaded", model.text());
}

}  // namespace slipway::serving
