// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/runtime/engine.h"

#include <functional>
#include <optional>
#include <vector>

namespace slipway::runtime {

/// What the sessions of a `FakeEngine` take, give and compute.
struct FakeModel {
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  /// All outputs for these inputs, which fit `inputs`. Called from each thread that runs a session.
  std::function<Result<std::vector<Tensor>>(std::span<const TensorView>)> compute;
  std::vector<TensorSpec> optional_inputs = {};  ///< Their views follow those of `inputs`.
};

/// The model y = x, on float32 of shape [-1,width].
FakeModel FakeIdentity(std::int64_t width);

/// What the sessions of one `FakeEngine` share. Thread-safe.
class FakeEngineState {
 public:
  explicit FakeEngineState(FakeModel model) : model_(std::move(model)) {}

  const FakeModel& model() const { return model_; }
  /// Records a run of `rows` rows, and waits while runs are held.
  void EnterRun(std::int64_t rows);

  void HoldRuns();
  void ReleaseRuns();
  void AwaitHeldRuns(std::size_t count);
  std::vector<std::int64_t> batch_sizes() const;

  void FailLoads(std::optional<Error> error);
  /// Waits while loads are held, then counts a load, or fails as it was told to.
  Status EnterLoad(const SessionOptions& options);
  std::size_t load_count() const;
  SessionOptions last_options() const;
  void HoldLoads();
  void ReleaseLoads();
  void AwaitHeldLoads(std::size_t count);

 private:
  const FakeModel model_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  bool holding_ SLIPWAY_GUARDED_BY(mutex_) = false;
  std::size_t held_ SLIPWAY_GUARDED_BY(mutex_) = 0;
  std::size_t loads_ SLIPWAY_GUARDED_BY(mutex_) = 0;
  std::vector<std::int64_t> batch_sizes_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<Error> load_error_ SLIPWAY_GUARDED_BY(mutex_);
  SessionOptions last_options_ SLIPWAY_GUARDED_BY(mutex_);
  bool holding_loads_ SLIPWAY_GUARDED_BY(mutex_) = false;
  std::size_t held_loads_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

/// An engine whose every session runs one function, whatever file it is loaded from. Its sessions
/// may outlive it. Thread-safe.
class FakeEngine final : public Engine {
 public:
  explicit FakeEngine(FakeModel model)
      : state_(std::make_shared<FakeEngineState>(std::move(model))) {}

  Result<std::unique_ptr<Session>> Load(const graph::ModelFile& file,
                                        const SessionOptions& options) const override;
  Result<std::unique_ptr<Session>> LoadBytes(ByteView model_bytes, std::string_view name,
                                             const SessionOptions& options) const override;
  std::string description() const override { return "fake engine"; }

  /// A session, made without a file.
  std::unique_ptr<Session> NewSession() const;

  /// Makes runs wait before they compute, until `ReleaseRuns`.
  void HoldRuns() { state_->HoldRuns(); }
  void ReleaseRuns() { state_->ReleaseRuns(); }
  /// Returns when `count` runs wait.
  void AwaitHeldRuns(std::size_t count) { state_->AwaitHeldRuns(count); }
  /// The rows of each run so far, in the order in which they began; 1 for inputs without rows.
  std::vector<std::int64_t> batch_sizes() const { return state_->batch_sizes(); }

  /// Makes loads fail with `error`, or succeed again without one.
  void FailLoads(std::optional<Error> error) { state_->FailLoads(std::move(error)); }
  /// Loads that succeeded.
  std::size_t load_count() const { return state_->load_count(); }
  /// The options of the newest load that succeeded.
  SessionOptions last_options() const { return state_->last_options(); }
  /// Makes loads wait before they do anything, until `ReleaseLoads`.
  void HoldLoads() { state_->HoldLoads(); }
  void ReleaseLoads() { state_->ReleaseLoads(); }
  /// Returns when `count` loads wait.
  void AwaitHeldLoads(std::size_t count) { state_->AwaitHeldLoads(count); }

 private:
  // Shared with the sessions, which may outlive the engine.
  std::shared_ptr<FakeEngineState> state_;
};

}  // namespace slipway::runtime
