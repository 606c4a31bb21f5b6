// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/testing/fake_engine.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace slipway::runtime {
namespace {

class FakeExecutor final : public Executor {
 public:
  explicit FakeExecutor(FakeEngineState& state) : state_(state) {}

  Result<std::vector<SharedTensor>> Run(std::span<const TensorView> inputs,
                                        std::span<const std::size_t> wanted) override {
    const FakeModel& model = state_.model();
    const std::size_t always = std::min(inputs.size(), model.inputs.size());
    SLIPWAY_TRY(CheckInputs(model.inputs, inputs.first(always)));
    if (inputs.size() > always + model.optional_inputs.size()) {
      return InvalidArgument("{} inputs are too many", inputs.size());
    }
    const bool has_rows = !inputs.empty() && inputs[0].shape.rank() > 0;
    state_.EnterRun(has_rows ? inputs[0].shape[0] : 1);
    SLIPWAY_TRY_ASSIGN(std::vector<Tensor> outputs, model.compute(inputs));
    std::vector<std::size_t> indices(wanted.begin(), wanted.end());
    if (indices.empty()) {
      indices.resize(outputs.size());
      std::iota(indices.begin(), indices.end(), std::size_t{0});
    }
    return Share(std::move(outputs), indices);
  }

 private:
  static Result<std::vector<SharedTensor>> Share(std::vector<Tensor> outputs,
                                                 std::span<const std::size_t> indices) {
    const auto owner = std::make_shared<const std::vector<Tensor>>(std::move(outputs));
    std::vector<SharedTensor> shared;
    for (const std::size_t index : indices) {
      if (index >= owner->size()) {
        return InvalidArgument("output {} is wanted of {}", index, owner->size());
      }
      shared.push_back({(*owner)[index].view(), owner});
    }
    return shared;
  }

  FakeEngineState& state_;
};

class FakeSession final : public Session {
 public:
  explicit FakeSession(std::shared_ptr<FakeEngineState> state) : state_(std::move(state)) {}

  const std::vector<TensorSpec>& inputs() const override { return state_->model().inputs; }
  const std::vector<TensorSpec>& outputs() const override { return state_->model().outputs; }
  const std::vector<TensorSpec>& optional_inputs() const override {
    return state_->model().optional_inputs;
  }
  std::unique_ptr<Executor> NewExecutor() const override {
    return std::make_unique<FakeExecutor>(*state_);
  }

 private:
  std::shared_ptr<FakeEngineState> state_;
};

}  // namespace

FakeModel FakeIdentity(std::int64_t width) {
  return {.inputs = {{"x", DataType::kFloat32, {-1, width}}},
          .outputs = {{"y", DataType::kFloat32, {-1, width}}},
          .compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
            SLIPWAY_TRY_ASSIGN(Tensor copy, Tensor::CopyOf(inputs[0]));
            std::vector<Tensor> outputs;
            outputs.push_back(std::move(copy));
            return outputs;
          },
          .optional_inputs = {}};
}

void FakeEngineState::EnterRun(std::int64_t rows) {
  MutexLock lock(mutex_);
  batch_sizes_.push_back(rows);
  ++held_;
  changed_.NotifyAll();
  while (holding_) changed_.Wait(lock);
  --held_;
}

void FakeEngineState::HoldRuns() {
  const MutexLock lock(mutex_);
  holding_ = true;
}

void FakeEngineState::ReleaseRuns() {
  const MutexLock lock(mutex_);
  holding_ = false;
  changed_.NotifyAll();
}

void FakeEngineState::AwaitHeldRuns(std::size_t count) {
  MutexLock lock(mutex_);
  while (held_ < count) changed_.Wait(lock);
}

std::vector<std::int64_t> FakeEngineState::batch_sizes() const {
  const MutexLock lock(mutex_);
  return batch_sizes_;
}

void FakeEngineState::FailLoads(std::optional<Error> error) {
  const MutexLock lock(mutex_);
  load_error_ = std::move(error);
}

Status FakeEngineState::EnterLoad(const SessionOptions& options) {
  MutexLock lock(mutex_);
  ++held_loads_;
  changed_.NotifyAll();
  while (holding_loads_) changed_.Wait(lock);
  --held_loads_;
  if (load_error_) return *load_error_;
  ++loads_;
  last_options_ = options;
  return {};
}

SessionOptions FakeEngineState::last_options() const {
  const MutexLock lock(mutex_);
  return last_options_;
}

void FakeEngineState::HoldLoads() {
  const MutexLock lock(mutex_);
  holding_loads_ = true;
}

void FakeEngineState::ReleaseLoads() {
  const MutexLock lock(mutex_);
  holding_loads_ = false;
  changed_.NotifyAll();
}

void FakeEngineState::AwaitHeldLoads(std::size_t count) {
  MutexLock lock(mutex_);
  while (held_loads_ < count) changed_.Wait(lock);
}

std::size_t FakeEngineState::load_count() const {
  const MutexLock lock(mutex_);
  return loads_;
}

std::unique_ptr<Session> FakeEngine::NewSession() const {
  return std::make_unique<FakeSession>(state_);
}

Result<std::unique_ptr<Session>> FakeEngine::Load(const graph::ModelFile& /*file*/,
                                                  const SessionOptions& options) const {
  SLIPWAY_TRY(state_->EnterLoad(options));
  return NewSession();
}

Result<std::unique_ptr<Session>> FakeEngine::LoadBytes(ByteView /*model_bytes*/,
                                                       std::string_view /*name*/,
                                                       const SessionOptions& options) const {
  SLIPWAY_TRY(state_->EnterLoad(options));
  return NewSession();
}

}  // namespace slipway::runtime
