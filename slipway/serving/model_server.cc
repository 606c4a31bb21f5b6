// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_server.h"

#include "slipway/base/log.h"
#include "slipway/serving/internal/model_lifecycle.h"
#include "slipway/serving/internal/model_table.h"
#include "slipway/serving/internal/repository_watcher.h"
#include "slipway/serving/internal/request_check.h"
#include "slipway/serving/model_repository.h"
#include "slipway/serving/request_tracer.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <span>
#include <utility>

namespace slipway::serving {
namespace {

/// A version for which the thread has queued requests since it last ran them.
struct QueuedVersion {
  const ModelServer* server = nullptr;
  const ServedVersion* version = nullptr;
  // Keeps nothing loaded: who unloads a version answers what is queued.
  std::weak_ptr<ServedVersion> served;
};

std::vector<QueuedVersion>& QueuedByThisThread() {
  thread_local std::vector<QueuedVersion> queued;
  return queued;
}

void RememberQueued(const ModelServer& server, const std::shared_ptr<ServedVersion>& served) {
  std::vector<QueuedVersion>& queued = QueuedByThisThread();
  // A version that is gone may have left its address to this one.
  const auto is_this = [&](const QueuedVersion& other) {
    return other.version == served.get() && other.server == &server && !other.served.expired();
  };
  if (std::ranges::any_of(queued, is_this)) return;
  queued.push_back({&server, served.get(), served});
}

/// Takes one of the versions for which the thread has queued requests; null if it is gone.
std::optional<std::shared_ptr<ServedVersion>> TakeQueued(const ModelServer& server) {
  std::vector<QueuedVersion>& queued = QueuedByThisThread();
  const auto found = std::ranges::find(queued, &server, &QueuedVersion::server);
  if (found == queued.end()) return std::nullopt;
  std::shared_ptr<ServedVersion> served = found->served.lock();
  queued.erase(found);
  return served;
}

FailureReason ReasonOf(ErrorCode code) {
  return code == ErrorCode::kInvalidArgument ? FailureReason::kOther : FailureReason::kRejected;
}

/// What turns a version's outputs into the response to one request.
struct Reply {
  const ModelSignature* signature;     ///< Of the version, which outlives its requests.
  std::vector<std::size_t> positions;  ///< In the signature, of the outputs.
  InferResponse response;              ///< All but the outputs.
  FailureLog* failures;                ///< Of the server, which outlives its requests.
  RequestTracer* tracer;               ///< Null if there is no `trace`.
  std::unique_ptr<RequestTrace> trace;
  InferCallback done;

  void operator()(Result<std::vector<SharedTensor>> outputs) {
    if (!outputs) {
      failures->Tell(response, outputs.error());
      if (trace) tracer->End(std::move(trace), {});
      return done(std::move(outputs).error());
    }
    response.outputs.reserve(outputs->size());
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      const ServedOutput& output = signature->outputs[positions[i]];
      SharedTensor& tensor = (*outputs)[i];
      tensor.view.shape = ShapeForClient(output, tensor.view.shape);
      response.outputs.push_back({output.spec.name, std::move(tensor)});
    }
    if (trace) tracer->End(std::move(trace), response.outputs);
    done(std::move(response));
  }
};

/// A request that its version can answer, but for whom.
struct CheckedRequest {
  QueuedRequest queued;
  std::vector<std::size_t> positions;  ///< In the signature, of the outputs.
};

Result<CheckedRequest> Check(const ModelSignature& signature, InferRequest& request) {
  CheckedRequest checked;
  SLIPWAY_TRY_ASSIGN(checked.queued.inputs, OrderInputs(signature, request.inputs));
  SLIPWAY_TRY_ASSIGN(checked.positions, FindOutputs(signature, request.outputs));
  for (const std::size_t position : checked.positions) {
    checked.queued.outputs.push_back(signature.outputs[position].session_index);
  }
  SLIPWAY_TRY_ASSIGN(const ScheduleWish wish, ReadScheduleWish(request.parameters));
  checked.queued.priority = wish.priority;
  checked.queued.timeout = wish.timeout;
  checked.queued.deadline = request.deadline;
  checked.queued.cancelled = std::move(request.cancelled);
  checked.queued.storage = std::move(request.storage);
  return checked;
}

/// The models that `options` want loaded at the start.
Result<std::vector<ModelName>> StartupModels(const ModelServerOptions& options,
                                             const ModelRepository& repository) {
  const std::vector<std::string>& wanted = options.startup_models;
  const bool wants_all = std::ranges::find(wanted, "*") != wanted.end();
  if (wants_all && wanted.size() > 1) {
    return InvalidArgument("\"*\" stands for all models: no other can be named beside it");
  }
  std::vector<ModelName> models;
  if (options.control == ModelControl::kExplicit && !wants_all) {
    for (const std::string& text : wanted) {
      SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(text));
      models.push_back(std::move(model));
    }
    return models;
  }
  SLIPWAY_TRY_ASSIGN(const ModelFolders folders, repository.List());
  const auto names = folders | std::views::keys;
  models.assign(names.begin(), names.end());
  if (models.empty()) LogWarning("the model repository has no models");
  return models;
}

/// What the first model that is missing is missing for.
Error FirstFailure(const ModelTable& table) {
  for (const IndexEntry& entry : table.Index(false)) {
    if (entry.state == VersionState::kReady || entry.reason.empty()) continue;
    return MakeError(ErrorCode::kFailedPrecondition, "model {:?} could not be loaded: {}",
                     entry.model.text(), entry.reason);
  }
  return MakeError(ErrorCode::kFailedPrecondition, "not every model could be loaded");
}

}  // namespace

ModelServer::ModelServer(const ModelServerOptions& options, const ServerParts& parts)
    : options_(options),
      clock_(parts.clock),
      tracer_(parts.tracer),
      failures_(parts.clock),
      table_(std::make_unique<ModelTable>()) {}

Result<std::unique_ptr<ModelServer>> ModelServer::Create(const ModelServerOptions& options,
                                                         const ServerParts& parts) {
  if (options.control != ModelControl::kExplicit && !options.startup_models.empty()) {
    return InvalidArgument("--load-model {} needs --model-control-mode explicit",
                           options.startup_models.front());
  }
  std::unique_ptr<ModelServer> server(new ModelServer(options, parts));
  SLIPWAY_TRY(server->Start(parts));
  return server;
}

Status ModelServer::Start(const ServerParts& parts) {
  SLIPWAY_TRY_ASSIGN(ModelRepository repository,
                     ModelRepository::Open(options_.repositories, options_.config_name));
  SLIPWAY_TRY_ASSIGN(const std::vector<ModelName> models, StartupModels(options_, repository));
  SLIPWAY_TRY_ASSIGN(lifecycle_, ModelLifecycle::Create({.defaults = options_.defaults,
                                                         .thread_count = options_.load_threads},
                                                        parts, std::move(repository), *table_));
  if (options_.control == ModelControl::kPoll) {
    const WatchOptions watch{.folders = options_.repositories,
                             .settle_time = options_.settle_time,
                             .poll_interval = options_.poll_interval};
    SLIPWAY_TRY_ASSIGN(watcher_,
                       RepositoryWatcher::Create(watch, clock_, [this] { lifecycle_->Rescan(); }));
    lifecycle_->Rescan();
  } else {
    lifecycle_->LoadAll(models);
  }
  if (options_.exit_on_error && !table_->IsComplete()) return FirstFailure(*table_);
  return {};
}

ModelServer::~ModelServer() { Close(); }

void ModelServer::Infer(InferRequest request, InferCallback done) {
  // While this thread has the snapshot, none of its versions closes.
  const std::shared_ptr<const ModelSnapshot> snapshot = table_->snapshot();
  Result<const std::shared_ptr<ServedVersion>*> found =
      snapshot->Find(request.model, request.version);
  if (!found) return done(std::move(found).error());
  ServedVersion& served = ***found;
  std::unique_ptr<RequestTrace> trace =
      tracer_ == nullptr ? nullptr : tracer_->Begin(request, served.version());
  Result<CheckedRequest> checked = Check(served.signature(), request);
  if (!checked) {
    served.metrics().CountFailure(FailureReason::kOther);
    return done(std::move(checked).error());
  }
  QueuedRequest& queued = checked->queued;
  queued.arrived = clock_.Now();
  if (trace) {
    trace->queued = queued.arrived;
    queued.times = &trace->times;
  }
  queued.done = Reply{.signature = &served.signature(),
                      .positions = std::move(checked->positions),
                      .response = {.model = std::move(request.model),
                                   .version = served.version(),
                                   .id = std::move(request.id),
                                   .outputs = {}},
                      .failures = &failures_,
                      .tracer = tracer_,
                      .trace = std::move(trace),
                      .done = std::move(done)};
  Status accepted = served.batcher().Submit(std::move(queued));
  if (accepted) return RememberQueued(*this, **found);
  served.metrics().CountFailure(ReasonOf(accepted.error().code()));
  // NOLINTNEXTLINE(bugprone-use-after-move): what is refused stays as it was.
  queued.done(std::move(accepted).error());
}

WorkLeft ModelServer::RunQueued() {
  WorkLeft left = WorkLeft::kNone;
  std::vector<std::shared_ptr<ServedVersion>> unfinished;
  while (std::optional<std::shared_ptr<ServedVersion>> served = TakeQueued(*this)) {
    if (*served == nullptr) continue;
    const WorkLeft of_this = (*served)->batcher().RunOnThisThread();
    left = std::max(left, of_this);
    if (of_this != WorkLeft::kNone) unfinished.push_back(*std::move(served));
  }
  for (const std::shared_ptr<ServedVersion>& served : unfinished) RememberQueued(*this, served);
  return left;
}

bool ModelServer::IsReady() const {
  return !draining_.load(std::memory_order_relaxed) &&
         (!options_.strict_readiness || table_->IsComplete());
}

Result<bool> ModelServer::IsModelReady(const ModelName& model,
                                       const std::optional<VersionId>& version) const {
  const auto snapshot = table_->snapshot();
  const auto served = snapshot->Find(model, version);
  if (served) return true;
  if (served.error().code() != ErrorCode::kNotFound) return false;
  const bool is_model_known = table_->Contains(model) || lifecycle_->repository().Find(model);
  // One that is not loaded is not ready; a version of it that was never there is a mistake.
  if (is_model_known && !version) return false;
  return served.error();
}

Result<ModelMetadata> ModelServer::Metadata(const ModelName& model,
                                            const std::optional<VersionId>& version) const {
  const auto snapshot = table_->snapshot();
  SLIPWAY_TRY_ASSIGN(const auto* const found, snapshot->Find(model, version));
  SLIPWAY_TRY_ASSIGN(const std::vector<ServedVersion*> ready, snapshot->ServedOf(model));
  const ModelSignature& signature = (*found)->signature();
  ModelMetadata metadata{.name = model,
                         .versions = {},
                         .platform = "onnxruntime_onnx",
                         .inputs = signature.inputs,
                         .outputs = {},
                         .max_batch_size = signature.max_batch_size};
  for (const ServedVersion* const served : ready) metadata.versions.push_back(served->version());
  for (const ServedOutput& output : signature.outputs) metadata.outputs.push_back(output.spec);
  return metadata;
}

ClassLabels ModelServer::Labels(const ModelName& model, VersionId version,
                                std::string_view output) const {
  const auto snapshot = table_->snapshot();
  const auto served = snapshot->Find(model, version);
  return served ? (**served)->labels(output) : nullptr;
}

std::vector<IndexEntry> ModelServer::Index(bool ready_only) const {
  std::vector<IndexEntry> index = table_->Index(ready_only);
  if (options_.control != ModelControl::kExplicit || ready_only) return index;
  // What was never to be loaded is found in the repository alone.
  const Result<ModelFolders> folders = lifecycle_->repository().List();
  if (!folders) return index;
  const std::size_t known = index.size();
  for (const auto& [model, folder] : *folders) {
    if (std::ranges::binary_search(std::span(index).first(known), model, {}, &IndexEntry::model)) {
      continue;
    }
    index.push_back({.model = model,
                     .version = {},
                     .state = {},
                     .reason = folder ? "" : folder.error().message()});
  }
  std::ranges::stable_sort(index, {}, &IndexEntry::model);
  return index;
}

Result<ConfigText> ModelServer::Config(const ModelName& model,
                                       const std::optional<VersionId>& version) const {
  const auto snapshot = table_->snapshot();
  SLIPWAY_TRY_ASSIGN(const auto* const served, snapshot->Find(model, version));
  return (*served)->config();
}

Result<std::vector<VersionStatistics>> ModelServer::Statistics(
    const std::optional<ModelName>& model, const std::optional<VersionId>& version) const {
  const auto snapshot = table_->snapshot();
  std::vector<ServedVersion*> chosen;
  if (!model) {
    chosen = snapshot->Served();
  } else if (version) {
    SLIPWAY_TRY_ASSIGN(const auto* const served, snapshot->Find(*model, version));
    chosen.push_back(served->get());
  } else {
    SLIPWAY_TRY_ASSIGN(chosen, snapshot->ServedOf(*model));
  }
  std::vector<VersionStatistics> statistics;
  statistics.reserve(chosen.size());
  for (ServedVersion* const served : chosen) {
    statistics.push_back(served->metrics().Statistics(clock_));
  }
  return statistics;
}

Status ModelServer::CheckIsByHand(const ModelName& model) const {
  if (options_.control == ModelControl::kExplicit) return {};
  return MakeError(ErrorCode::kFailedPrecondition,
                   "model {:?} cannot be loaded or unloaded on request: that needs "
                   "--model-control-mode explicit",
                   model.text());
}

void ModelServer::Load(LoadRequest request, StatusCallback done) {
  const Status by_hand = CheckIsByHand(request.model);
  if (!by_hand) return done(by_hand.error());
  lifecycle_->Load(std::move(request), std::move(done));
}

void ModelServer::Unload(const ModelName& model, StatusCallback done) {
  const Status by_hand = CheckIsByHand(model);
  if (!by_hand) return done(by_hand.error());
  lifecycle_->Unload(model, std::move(done));
}

void ModelServer::Close() {
  if (lifecycle_ == nullptr) return;
  lifecycle_->BeginStop();
  watcher_.reset();
  lifecycle_->Stop();
  // They end here, and answer what they had accepted.
  const RetiredVersions retired = table_->Close();
}

}  // namespace slipway::serving
