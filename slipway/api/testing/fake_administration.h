// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/serving/model_administration.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {

/// The administration of a repository with the models "broken", which failed to load, and "echo",
/// versions 2 and 10. It records what it is asked to change and answers at once.
///
/// Thread-safe.
class FakeAdministration final : public serving::ModelAdministration {
 public:
  std::vector<serving::IndexEntry> Index(bool ready_only) const override {
    using enum serving::VersionState;
    std::vector<serving::IndexEntry> entries = {
        {Name("broken"), VersionId(1), kUnavailable, "no such operator"},
        {Name("echo"), VersionId(2), kReady, ""},
        {Name("echo"), VersionId(10), kReady, ""},
        {Name("unseen"), std::nullopt, std::nullopt, ""}};
    if (ready_only) std::erase_if(entries, [](const auto& entry) { return entry.state != kReady; });
    return entries;
  }
  Result<serving::ConfigText> Config(const ModelName& model,
                                     const std::optional<VersionId>& version) const override {
    SLIPWAY_TRY(Check(model));
    return serving::ConfigText{
        .json = fmt::format(R"({{"name":"echo","version":{}}})", version ? version->number() : 0),
        .protobuf = "config"};
  }
  Result<std::vector<serving::VersionStatistics>> Statistics(
      const std::optional<ModelName>& model,
      const std::optional<VersionId>& version) const override {
    using namespace std::chrono_literals;
    if (model) SLIPWAY_TRY(Check(*model));
    serving::VersionStatistics statistics{.model = Name("echo"),
                                          .version = version.value_or(VersionId(10))};
    statistics.last_inference = 1234ms;
    statistics.inference_count = 9;
    statistics.execution_count = 2;
    statistics.success = {.count = 2, .total = 500ns};
    statistics.batches = {{.rows = 8, .compute_infer = {.count = 1, .total = 300ns}}};
    return std::vector{statistics};
  }
  void Load(serving::LoadRequest request, serving::StatusCallback done) override {
    Status status = Check(request.model);
    {
      const MutexLock lock(mutex_);
      last_load_ = std::move(request);
    }
    done(std::move(status));
  }
  void Unload(const ModelName& model, serving::StatusCallback done) override {
    Status status = Check(model);
    {
      const MutexLock lock(mutex_);
      last_unload_ = model.text();
    }
    done(std::move(status));
  }

  std::optional<serving::LoadRequest> last_load() const {
    const MutexLock lock(mutex_);
    return last_load_;
  }
  std::string last_unload() const {
    const MutexLock lock(mutex_);
    return last_unload_;
  }

 private:
  static ModelName Name(std::string_view text) { return *ModelName::Parse(text); }
  static Status Check(const ModelName& model) {
    if (model.text() != "echo") return NotFound("model {:?} is unknown", model.text());
    return {};
  }

  mutable Mutex mutex_;
  std::optional<serving::LoadRequest> last_load_ SLIPWAY_GUARDED_BY(mutex_);
  std::string last_unload_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::api
