// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model_file.h"
#include "slipway/runtime/session.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace slipway::runtime {

/// How far the engine may rewrite a graph before it runs it.
enum class GraphOptimization : std::uint8_t { kNone, kBasic, kExtended, kAll };

/// How a model is loaded.
struct SessionOptions {
  GraphOptimization optimization = GraphOptimization::kAll;
  /// Threads that work on one call, the calling one included. 0: those of the process-wide pool;
  /// else the session has as many of its own.
  std::size_t intra_op_threads = 0;
  /// Threads of the session's own that run nodes of one call side by side; 0: none. With
  /// `parallel_nodes`, 0 is as many as there are cores.
  std::size_t inter_op_threads = 0;
  bool parallel_nodes = false;  ///< Whether nodes that do not need each other run side by side.
  bool memory_arena = true;     ///< Whether freed buffers are kept for the next call.
  /// Whether buffers are planned once for each combination of input shapes: a plan is never
  /// forgotten, so only for models whose shapes are few.
  bool memory_patterns = false;
  /// The engine's own settings, "session.<name>", which may not name files.
  std::map<std::string, std::string> settings = {};

  friend bool operator==(const SessionOptions&, const SessionOptions&) = default;
};

/// Loads models. Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Loads the model in `file`, which need not stay open afterwards. kInvalidArgument with the
  /// engine's reason if it cannot run the model or does not take an option.
  virtual Result<std::unique_ptr<Session>> Load(const graph::ModelFile& file,
                                                const SessionOptions& options) const = 0;
  /// Loads the model whose ONNX file is `model_bytes`; it has no external data. `name` is for
  /// messages.
  virtual Result<std::unique_ptr<Session>> LoadBytes(ByteView model_bytes, std::string_view name,
                                                     const SessionOptions& options) const = 0;
  /// The engine's name and version, for example "ONNX Runtime 1.32.0".
  virtual std::string description() const = 0;
};

/// How the engine's one process-wide thread pool runs.
struct EngineOptions {
  /// Threads that work on one call, the calling one included. 1: no pool, each call runs on the
  /// thread that makes it. 0: as many as the process may use cores.
  std::size_t intra_op_threads = 1;
  /// Whether idle pool threads spin before they sleep: lower latency, at the price of the cores.
  bool spin = false;
};

/// Makes the ONNX Runtime engine. All its sessions share one thread pool; the options of the first
/// engine that a process makes hold for all later ones, so a process makes one. kInternal if the
/// library is too old or broken.
Result<std::unique_ptr<Engine>> CreateOnnxRuntimeEngine(const EngineOptions& options);

}  // namespace slipway::runtime
