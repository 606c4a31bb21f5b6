// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/mutex.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace slipway::serving {

/// Which requests are traced and how, as Triton's trace extension has it.
struct TraceSetting {
  std::string file = {};            ///< Where traces go; a prefix if `log_frequency` is not 0.
  bool timestamps = false;          ///< Whether the stages of a request are written.
  bool tensors = false;             ///< Whether inputs and outputs are written.
  std::uint64_t rate = 1000;        ///< One trace for so many requests; at least 1.
  std::int64_t count = -1;          ///< Traces still to be taken; -1: no limit, 0: none.
  std::uint64_t log_frequency = 0;  ///< Traces a file; 0: one file, written at the end.

  bool is_on() const { return timestamps || tensors; }
  friend bool operator==(const TraceSetting&, const TraceSetting&) = default;
};

/// What to do with one field: nothing, set it, or, for a model, have it follow the global one
/// again.
template <typename T>
struct TraceFieldChange {
  bool named = false;
  std::optional<T> value =
      {};  ///< Absent: back to the global value; of the global one, to the default.
};

/// Which levels are on; they change together.
struct TraceLevels {
  bool timestamps = false;
  bool tensors = false;
};

/// A change of some fields of a `TraceSetting`.
struct TraceChange {
  TraceFieldChange<std::string> file = {};
  TraceFieldChange<TraceLevels> levels = {};
  TraceFieldChange<std::uint64_t> rate = {};
  TraceFieldChange<std::int64_t> count = {};
  TraceFieldChange<std::uint64_t> log_frequency = {};
};

/// The settings of tracing, for all models and for single ones.
///
/// Thread-safe.
class TraceSettings {
 public:
  /// `initial` is what the command line asks for: the global setting and its default.
  explicit TraceSettings(TraceSetting initial = {});

  TraceSetting Global() const;
  /// What holds for `model`: the global setting but for what was set for the model itself.
  TraceSetting Of(const ModelName& model) const;
  /// Changes the fields that `change` names and returns what then holds.
  TraceSetting ChangeGlobal(const TraceChange& change);
  TraceSetting ChangeModel(const ModelName& model, const TraceChange& change);
  /// Takes one off the count that holds for `model`. False, and nothing is taken, if it is 0.
  bool TakeOne(const ModelName& model);

  /// Whether any model may be traced at all: one load, so that a request pays nothing else while
  /// tracing is off.
  bool is_on() const { return is_on_.load(std::memory_order_relaxed); }
  /// Grows with each change, so that copies of a setting can be kept while it stays the same.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  /// What was set for one model.
  struct Overrides {
    std::optional<std::string> file;
    std::optional<TraceLevels> levels;
    std::optional<std::uint64_t> rate;
    std::optional<std::int64_t> count;
    std::optional<std::uint64_t> log_frequency;
  };

  TraceSetting Merged(const ModelName& model) const SLIPWAY_REQUIRES(mutex_);
  void Changed() SLIPWAY_REQUIRES(mutex_);

  const TraceSetting default_;
  mutable Mutex mutex_;
  TraceSetting global_ SLIPWAY_GUARDED_BY(mutex_);
  std::map<ModelName, Overrides> models_ SLIPWAY_GUARDED_BY(mutex_);
  std::atomic<bool> is_on_;
  std::atomic<std::uint64_t> generation_ = 0;
};

}  // namespace slipway::serving
