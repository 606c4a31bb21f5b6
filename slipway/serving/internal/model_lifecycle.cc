// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/model_lifecycle.h"

#include "slipway/base/log.h"
#include "slipway/serving/internal/override_folder.h"

#include <ranges>
#include <utility>

namespace slipway::serving {
namespace {

Error ShuttingDown() { return MakeError(ErrorCode::kUnavailable, "the server is shutting down"); }

/// A model to be loaded, and the folder that holds it for that time, if the request brought one.
struct ModelToLoad {
  RepositoryModel model;
  std::optional<OverrideFolder> folder;
};

Result<ModelToLoad> ReadSource(const ModelRepository& repository, const LoadRequest& request) {
  ModelToLoad source;
  if (!request.config_json) {
    SLIPWAY_TRY_ASSIGN(source.model, repository.Read(request.model));
    return source;
  }
  SLIPWAY_TRY_ASSIGN(ModelConfig config, ParseModelConfigJson(*request.config_json));
  if (request.files.empty()) {
    SLIPWAY_TRY_ASSIGN(source.model, repository.Read(request.model, std::move(config)));
    return source;
  }
  SLIPWAY_TRY_ASSIGN(OverrideFolder folder, OverrideFolder::Create(request.files));
  source.folder.emplace(std::move(folder));
  SLIPWAY_TRY_ASSIGN(source.model,
                     ReadModelFolder(source.folder->path(), request.model, std::move(config)));
  return source;
}

}  // namespace

ModelLifecycle::ModelLifecycle(const Options& options, const ServerParts& parts,
                               ModelRepository repository, ModelTable& table)
    : options_(options),
      parts_(parts),
      repository_(std::move(repository)),
      table_(table),
      metrics_(parts.metrics) {}

Result<std::unique_ptr<ModelLifecycle>> ModelLifecycle::Create(const Options& options,
                                                               const ServerParts& parts,
                                                               ModelRepository repository,
                                                               ModelTable& table) {
  std::unique_ptr<ModelLifecycle> lifecycle(
      new ModelLifecycle(options, parts, std::move(repository), table));
  SLIPWAY_TRY_ASSIGN(lifecycle->threads_, LoaderThreads::Create(options.thread_count));
  return lifecycle;
}

ModelLifecycle::~ModelLifecycle() { Stop(); }

void ModelLifecycle::LoadAll(const std::vector<ModelName>& models) {
  for (const ModelName& model : models) {
    Post({.request = {.model = model}, .is_expected = true}, [](const Status&) {});
  }
  threads_->AwaitIdle();
}

void ModelLifecycle::Rescan() {
  const MutexLock lock(rescan_mutex_);
  const Result<ModelFolders> folders = repository_.List();
  if (!folders) {
    LogError("the model repository cannot be read: {}", folders.error().message());
    return;
  }
  for (const auto& [model, folder] : *folders) {
    ModelStamp stamp;
    if (folder) {
      stamp = StampOf(*folder);
    } else {
      stamp.rest = folder.error().message();
    }
    const auto [seen, is_new] = seen_.try_emplace(model);
    if (!is_new && seen->second == stamp) continue;
    seen->second = stamp;
    Post({.request = {.model = model}, .stamp = std::move(stamp), .is_expected = true},
         [](const Status&) {});
  }
  for (auto seen = seen_.begin(); seen != seen_.end();) {
    if (folders->contains(seen->first)) {
      ++seen;
      continue;
    }
    LogInfo("model {} is no longer in the repository", seen->first.text());
    Unload(seen->first, [](const Status&) {});
    seen = seen_.erase(seen);
  }
  threads_->AwaitIdle();
}

void ModelLifecycle::Load(LoadRequest request, StatusCallback done) {
  if (!request.files.empty() && !request.config_json) {
    return done(InvalidArgument(
        "the request to load model {:?} brings files, but no configuration to go with them",
        request.model.text()));
  }
  Post({.request = std::move(request)}, std::move(done));
}

void ModelLifecycle::Post(Task task, StatusCallback done) {
  const ModelName model = task.request.model;
  // Shared, because the callback is needed where the work is not taken.
  const auto callback = std::make_shared<StatusCallback>(std::move(done));
  const bool is_taken = threads_->Post(model, [this, task = std::move(task), callback] {
    RetiredVersions retired;
    (*callback)(stopping_.load() ? Status(ShuttingDown()) : LoadNow(task, retired));
    retired.clear();
    table_.FinishUnload(task.request.model);
  });
  if (!is_taken) (*callback)(ShuttingDown());
}

void ModelLifecycle::Unload(const ModelName& model, StatusCallback done) {
  const auto callback = std::make_shared<StatusCallback>(std::move(done));
  const bool is_taken = threads_->Post(model, [this, model, callback] {
    (*callback)(stopping_.load() ? Status(ShuttingDown()) : UnloadNow(model));
  });
  if (!is_taken) (*callback)(ShuttingDown());
}

Status ModelLifecycle::UnloadNow(const ModelName& model) {
  if (!table_.Contains(model)) {
    SLIPWAY_TRY_ASSIGN([[maybe_unused]] const std::filesystem::path folder,
                       repository_.Find(model));
    return {};
  }
  RetiredVersions retired = table_.BeginUnload(model);
  const bool served = !retired.empty();
  retired.clear();
  table_.FinishUnload(model);
  if (served) LogInfo("model {} is unloaded", model.text());
  return {};
}

Status ModelLifecycle::LoadNow(const Task& task, RetiredVersions& retired) {
  const ModelName& name = task.request.model;
  const Result<ModelToLoad> source = ReadSource(repository_, task.request);
  if (source) return LoadVersions(task, source->model, retired);
  // What a caller brought and got wrong says nothing of the model in the repository.
  const bool is_callers = task.request.config_json.has_value();
  const bool is_unknown = source.error().code() == ErrorCode::kNotFound && !table_.Contains(name) &&
                          !repository_.Find(name);
  if (is_callers || (is_unknown && !task.is_expected)) return source.error();
  LogError("model {} could not be loaded: {}", name.text(), source.error().message());
  table_.FailLoad(name, source.error());
  return source.error();
}

Status ModelLifecycle::LoadVersions(const Task& task, const RepositoryModel& model,
                                    RetiredVersions& retired) {
  const ModelName& name = task.request.model;
  for (const std::string& warning : model.config.warnings) {
    LogWarning("model {}: config.pbtxt: {}", name.text(), warning);
  }
  const auto numbers = model.versions | std::views::keys;
  table_.BeginLoad(name, std::vector<VersionId>(numbers.begin(), numbers.end()));
  LoadedVersions loaded;
  std::optional<Error> failure;
  for (const auto& [version, file] : model.versions) {
    const VersionSource source{.model = name,
                               .version = version,
                               .model_file = file,
                               .folder = model.folder,
                               .config = model.config,
                               .metrics = {}};
    Result<std::unique_ptr<VersionOwner>> owner = LoadVersion(source, task);
    if (!owner && !failure) failure = Annotate(owner.error(), "version {}", version.number());
    loaded.emplace(version, std::move(owner));
  }
  retired = table_.FinishLoad(name, std::move(loaded));
  if (failure) return Annotate(*failure, "model {:?} could not be loaded", name.text());
  return {};
}

Result<std::unique_ptr<VersionOwner>> ModelLifecycle::LoadVersion(const VersionSource& source,
                                                                  const Task& task) {
  const std::string stamp = task.stamp ? task.stamp->OfVersion(source.version) : "";
  if (task.stamp && table_.StampOfServed(source.model, source.version) == stamp) {
    return std::unique_ptr<VersionOwner>();
  }
  VersionSource counted = source;
  counted.metrics = metrics_.Get(source.model, source.version, source.config.metric_tags);
  Result<std::unique_ptr<ServedVersion>> served =
      ServedVersion::Load(counted, options_.defaults, parts_);
  if (!served) {
    LogError("model {} version {} could not be loaded: {}", source.model.text(),
             source.version.number(), served.error().message());
    return served.error();
  }
  LogInfo("model {} version {} is ready, max_batch_size {}", source.model.text(),
          source.version.number(), (*served)->signature().max_batch_size);
  return std::make_unique<VersionOwner>(*std::move(served), stamp);
}

void ModelLifecycle::BeginStop() { stopping_.store(true); }

void ModelLifecycle::Stop() {
  BeginStop();
  if (threads_ != nullptr) threads_->Stop();
}

}  // namespace slipway::serving
