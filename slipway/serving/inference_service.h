// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/runtime/session.h"
#include "slipway/serving/batcher.h"
#include "slipway/serving/infer_request.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::serving {

/// What clients may know of a served model.
struct ModelMetadata {
  ModelName name;
  std::vector<VersionId> versions;  ///< Those that are ready, ascending.
  std::string platform;             ///< "onnxruntime_onnx".
  /// With the batch dimension, as -1, in front where the model batches.
  std::vector<runtime::TensorSpec> inputs;
  std::vector<runtime::TensorSpec> outputs;
  std::int64_t max_batch_size = 0;  ///< Rows of one engine call; 0: the model does not batch.
};

/// The names of an output's classes, by their index.
using ClassLabels = std::shared_ptr<const std::vector<std::string>>;

/// Everything that a front needs of the server behind it. Fronts translate; this decides.
///
/// Thread-safe.
class InferenceService {
 public:
  virtual ~InferenceService() = default;

  /// Checks `request`, queues it for its model and never blocks. `done` gets the answer or the
  /// error, exactly once: from inside this call if the request is refused, else from `RunQueued` or
  /// an instance's own thread. The calling thread calls `RunQueued` before it waits for anything:
  /// until then the request may lie where it is.
  virtual void Infer(InferRequest request, InferCallback done) = 0;

  /// Runs, on the calling thread, requests that this thread queued by `Infer` and that an idle
  /// instance can take now; the rest is left to the instances' threads. A front calls it each time
  /// it has decoded all that its sockets had ready: a lone request then runs at once without
  /// changing threads, and requests that came together run as one batch.
  ///
  /// Says what is left for the models that this thread has queued for. For kHere it calls again as
  /// soon as it has seen to its sockets, and before it waits for anything.
  virtual WorkLeft RunQueued() = 0;

  /// Whether the process works at all.
  virtual bool IsLive() const = 0;
  /// Whether every model that should be served is, and the server is not draining.
  virtual bool IsReady() const = 0;
  /// Whether this version of the model (absent: any) is ready. kNotFound if there is no such model.
  virtual Result<bool> IsModelReady(const ModelName& model,
                                    const std::optional<VersionId>& version) const = 0;
  /// kNotFound if there is no such model or version.
  virtual Result<ModelMetadata> Metadata(const ModelName& model,
                                         const std::optional<VersionId>& version) const = 0;
  /// The lines of the file that `label_filename` names for `output`; null if there is none, or no
  /// such output, version or model.
  virtual ClassLabels Labels(const ModelName& /*model*/, VersionId /*version*/,
                             std::string_view /*output*/) const {
    return nullptr;
  }
};

/// Infers and waits for the answer: for callers that have nothing else to do meanwhile.
Result<InferResponse> InferAndWait(InferenceService& service, InferRequest request);

}  // namespace slipway::serving
