// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_server.h"

#include "slipway/base/log.h"
#include "slipway/serving/internal/request_check.h"
#include "slipway/serving/model_repository.h"
#include "slipway/serving/request_tracer.h"

#include <algorithm>
#include <utility>

namespace slipway::serving {
namespace {

/// A version for which the thread has queued requests since it last ran them.
struct QueuedVersion {
  const ModelServer* server = nullptr;
  std::shared_ptr<ServedVersion> served;
};

std::vector<QueuedVersion>& QueuedByThisThread() {
  thread_local std::vector<QueuedVersion> queued;
  return queued;
}

void RememberQueued(const ModelServer& server, std::shared_ptr<ServedVersion> served) {
  std::vector<QueuedVersion>& queued = QueuedByThisThread();
  if (std::ranges::find(queued, served, &QueuedVersion::served) != queued.end()) return;
  queued.push_back({&server, std::move(served)});
}

std::shared_ptr<ServedVersion> NextQueued(const ModelServer& server) {
  std::vector<QueuedVersion>& queued = QueuedByThisThread();
  const auto found = std::ranges::find(queued, &server, &QueuedVersion::server);
  if (found == queued.end()) return nullptr;
  std::shared_ptr<ServedVersion> served = std::move(found->served);
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

Result<std::shared_ptr<ServedVersion>> LoadVersion(const VersionSource& source,
                                                   const ServingDefaults& defaults,
                                                   const ServerParts& parts) {
  Result<std::shared_ptr<ServedVersion>> served = ServedVersion::Load(source, defaults, parts);
  if (served) {
    LogInfo({.model = source.model.text(), .version = ToString(source.version)},
            "model {} version {} is ready, max_batch_size {}", source.model.text(),
            source.version.number(), (*served)->signature().max_batch_size);
  } else {
    LogError({.model = source.model.text(),
              .version = ToString(source.version),
              .code = served.error().code()},
             "model {} version {} could not be loaded: {}", source.model.text(),
             source.version.number(), served.error().message());
  }
  return served;
}

ModelSnapshot LoadModels(const RepositoryModels& models, const ServingDefaults& defaults,
                         const ServerParts& parts) {
  ModelSnapshot snapshot;
  for (const auto& [name, model] : models) {
    if (!model) {
      LogError("model {} could not be loaded: {}", name.text(), model.error().message());
      snapshot.AddBroken(name, model.error());
      continue;
    }
    for (const std::string& warning : model->config.warnings) {
      LogWarning("model {}: config.pbtxt: {}", name.text(), warning);
    }
    for (const auto& [version, file] : model->versions) {
      const VersionSource source{
          .model = name, .version = version, .model_file = file, .config = model->config};
      snapshot.Add(name, version, LoadVersion(source, defaults, parts));
    }
  }
  return snapshot;
}

}  // namespace

Result<std::unique_ptr<ModelServer>> ModelServer::Create(const ModelServerOptions& options,
                                                         const ServerParts& parts) {
  SLIPWAY_TRY_ASSIGN(const RepositoryModels models, ReadModelRepository(options.repository));
  if (models.empty()) {
    LogWarning("model repository {} has no models", options.repository.string());
  }
  return std::unique_ptr<ModelServer>(
      new ModelServer(parts, LoadModels(models, options.defaults, parts)));
}

ModelServer::~ModelServer() { Close(); }

void ModelServer::Infer(InferRequest request, InferCallback done) {
  Result<std::shared_ptr<ServedVersion>> found = snapshot_.Find(request.model, request.version);
  if (!found) return done(std::move(found).error());
  std::shared_ptr<ServedVersion> served = *std::move(found);
  std::unique_ptr<RequestTrace> trace =
      tracer_ == nullptr ? nullptr : tracer_->Begin(request, served->version());
  Result<CheckedRequest> checked = Check(served->signature(), request);
  if (!checked) {
    served->metrics().CountFailure(FailureReason::kOther);
    return done(std::move(checked).error());
  }
  QueuedRequest& queued = checked->queued;
  queued.arrived = clock_.Now();
  if (trace) {
    trace->queued = queued.arrived;
    queued.times = &trace->times;
  }
  queued.done = Reply{.signature = &served->signature(),
                      .positions = std::move(checked->positions),
                      .response = {.model = std::move(request.model),
                                   .version = served->version(),
                                   .id = std::move(request.id),
                                   .outputs = {}},
                      .failures = &failures_,
                      .tracer = tracer_,
                      .trace = std::move(trace),
                      .done = std::move(done)};
  Status accepted = served->batcher().Submit(std::move(queued));
  if (accepted) return RememberQueued(*this, std::move(served));
  served->metrics().CountFailure(ReasonOf(accepted.error().code()));
  queued.done(std::move(accepted).error());
}

void ModelServer::RunQueued() {
  while (const std::shared_ptr<ServedVersion> served = NextQueued(*this)) {
    served->batcher().RunOnThisThread();
  }
}

bool ModelServer::IsReady() const {
  return !draining_.load(std::memory_order_relaxed) && snapshot_.IsComplete();
}

Result<bool> ModelServer::IsModelReady(const ModelName& model,
                                       const std::optional<VersionId>& version) const {
  const Result<std::shared_ptr<ServedVersion>> served = snapshot_.Find(model, version);
  if (served) return true;
  if (served.error().code() == ErrorCode::kNotFound) return served.error();
  return false;
}

Result<ModelMetadata> ModelServer::Metadata(const ModelName& model,
                                            const std::optional<VersionId>& version) const {
  SLIPWAY_TRY_ASSIGN(const std::shared_ptr<ServedVersion> served, snapshot_.Find(model, version));
  SLIPWAY_TRY_ASSIGN(std::vector<VersionId> ready, snapshot_.ReadyVersions(model));
  const ModelSignature& signature = served->signature();
  ModelMetadata metadata{.name = model,
                         .versions = std::move(ready),
                         .platform = "onnxruntime_onnx",
                         .inputs = signature.inputs,
                         .outputs = {},
                         .max_batch_size = signature.max_batch_size};
  for (const ServedOutput& output : signature.outputs) metadata.outputs.push_back(output.spec);
  return metadata;
}

void ModelServer::Close() {
  for (const std::shared_ptr<ServedVersion>& served : snapshot_.Served()) {
    served->batcher().Close();
  }
}

}  // namespace slipway::serving
