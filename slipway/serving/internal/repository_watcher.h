// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/files.h"
#include "slipway/base/result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace slipway::serving {

/// What is watched, and how patiently.
struct WatchOptions {
  std::vector<std::filesystem::path> folders = {};
  /// How long nothing must have changed before a change counts: who copies a model is done then.
  std::chrono::milliseconds settle_time{250};
  /// How long changes that go on and on may put it off.
  std::chrono::milliseconds max_settle_time{5000};
  /// How often to look without being told, for file systems that tell nothing; 0: never.
  std::chrono::milliseconds poll_interval{15'000};
};

/// Tells when something in model repositories has changed: by inotify on their folders, those of
/// models and those of versions, and now and then in case that tells nothing.
///
/// Thread-safe. Has a thread of its own.
class RepositoryWatcher {
 public:
  /// Starts to watch. `on_change` is called on the watcher's thread, one call at a time; changes
  /// that come during a call lead to another one. `clock` outlives the watcher.
  static Result<std::unique_ptr<RepositoryWatcher>> Create(const WatchOptions& options,
                                                           const Clock& clock,
                                                           std::function<void()> on_change);
  /// Waits for a call that is on its way. Not to be called from one.
  ~RepositoryWatcher();

 private:
  RepositoryWatcher(const WatchOptions& options, const Clock& clock,
                    std::function<void()> on_change);
  void Watch(const std::stop_token& stop);
  /// Adds every folder that there is; those that are watched already stay as they are.
  void AddFolders();
  void AddFolder(const std::filesystem::path& folder, int depth);
  /// Waits for events, no longer than until `deadline`, and takes them. Whether there were any.
  bool AwaitEvents(std::optional<SteadyTime> deadline);
  bool TakeEvents();

  const WatchOptions options_;
  const Clock& clock_;
  const std::function<void()> on_change_;
  FileDescriptor events_;   ///< Of inotify; none if the machine has none left.
  FileDescriptor wake_;     ///< Readable once the thread should end.
  bool is_warned_ = false;  ///< Whether the log says that a folder cannot be watched.
  std::jthread thread_;
};

}  // namespace slipway::serving
