// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/loader_threads.h"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace slipway::serving {

Result<std::unique_ptr<LoaderThreads>> LoaderThreads::Create(std::size_t count) {
  std::unique_ptr<LoaderThreads> loader(new LoaderThreads);
  const MutexLock lock(loader->mutex_);
  try {
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
      loader->threads_.emplace_back(
          [raw = loader.get()](const std::stop_token& stop) { raw->DoWork(stop); });
      ::pthread_setname_np(loader->threads_.back().native_handle(), "slipway-load");
    }
  } catch (const std::system_error& error) {
    // Fewer threads do the same work.
    if (loader->threads_.empty()) {
      return MakeError(ErrorCode::kResourceExhausted, "cannot start a thread to load models: {}",
                       error.what());
    }
  }
  return loader;
}

LoaderThreads::~LoaderThreads() { Stop(); }

bool LoaderThreads::Post(const ModelName& model, Work work) {
  const MutexLock lock(mutex_);
  if (stopped_) return false;
  std::deque<Work>& queue = waiting_[model];
  queue.push_back(std::move(work));
  if (queue.size() > 1) return true;
  ready_.push_back(model);
  changed_.NotifyAll();
  return true;
}

void LoaderThreads::AwaitIdle() {
  MutexLock lock(mutex_);
  while (!waiting_.empty()) changed_.Wait(lock);
}

void LoaderThreads::Stop() {
  std::vector<std::jthread> threads;
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    threads.swap(threads_);
    for (std::jthread& thread : threads) thread.request_stop();
    changed_.NotifyAll();
  }
}

std::optional<LoaderThreads::Taken> LoaderThreads::Take(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (ready_.empty()) {
    if (stop.stop_requested() && waiting_.empty()) return std::nullopt;
    changed_.Wait(lock);
  }
  ModelName model = std::move(ready_.front());
  ready_.pop_front();
  Work work = std::move(waiting_.at(model).front());
  return Taken{.model = std::move(model), .work = std::move(work)};
}

void LoaderThreads::Finish(const ModelName& model) {
  const MutexLock lock(mutex_);
  std::deque<Work>& queue = waiting_.at(model);
  queue.pop_front();
  if (queue.empty()) {
    waiting_.erase(model);
  } else {
    ready_.push_back(model);
  }
  changed_.NotifyAll();
}

void LoaderThreads::DoWork(const std::stop_token& stop) {
  while (std::optional<Taken> taken = Take(stop)) {
    taken->work();
    // What it holds ends before anyone hears that it is done.
    taken->work = nullptr;
    Finish(taken->model);
  }
}

}  // namespace slipway::serving
