// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/repository_watcher.h"

#include "slipway/base/log.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace slipway::serving {
namespace {

constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                  IN_ONLYDIR;
/// A repository, its models, their versions, a model.onnx that is a folder.
constexpr int kWatchedDepth = 3;
/// The clock may be a fake, so it is looked at again after no more than this.
constexpr std::chrono::milliseconds kLongestWait{1000};

/// Whether any of the events in `bytes` is about something that is not hidden.
bool IsAboutModels(const char* bytes, std::size_t size) {
  std::size_t offset = 0;
  while (offset < size) {
    inotify_event event = {};
    std::memcpy(&event, bytes + offset, sizeof(event));
    // Files that are being written have hidden names until they are whole. Without a name it is
    // about the folder, or about lost events.
    if (event.len == 0 || bytes[offset + sizeof(event)] != '.') return true;
    offset += sizeof(event) + event.len;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<RepositoryWatcher>> RepositoryWatcher::Create(
    const WatchOptions& options, const Clock& clock, std::function<void()> on_change) {
  std::unique_ptr<RepositoryWatcher> watcher(
      new RepositoryWatcher(options, clock, std::move(on_change)));
  if (watcher->wake_.number() < 0) {
    return MakeError(ErrorCode::kResourceExhausted, "cannot watch the model repository: {}",
                     std::strerror(errno));
  }
  // Before the caller looks at the repository, so that no change falls between.
  watcher->AddFolders();
  try {
    watcher->thread_ =
        std::jthread([raw = watcher.get()](const std::stop_token& stop) { raw->Watch(stop); });
  } catch (const std::system_error& error) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "cannot start a thread to watch the model repository: {}", error.what());
  }
  ::pthread_setname_np(watcher->thread_.native_handle(), "slipway-watch");
  return watcher;
}

RepositoryWatcher::RepositoryWatcher(const WatchOptions& options, const Clock& clock,
                                     std::function<void()> on_change)
    : options_(options),
      clock_(clock),
      on_change_(std::move(on_change)),
      events_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

RepositoryWatcher::~RepositoryWatcher() {
  thread_.request_stop();
  const std::uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  [[maybe_unused]] const ssize_t written = ::write(wake_.number(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

void RepositoryWatcher::Watch(const std::stop_token& stop) {
  const bool polls = options_.poll_interval.count() > 0;
  while (!stop.stop_requested()) {
    std::optional<SteadyTime> next_look;
    if (polls) next_look = clock_.Now() + options_.poll_interval;
    const bool has_changed = AwaitEvents(next_look);
    const SteadyTime first = clock_.Now();
    while (has_changed && !stop.stop_requested() &&
           clock_.Now() - first < options_.max_settle_time &&
           AwaitEvents(clock_.Now() + options_.settle_time)) {
    }
    if (stop.stop_requested()) return;
    // First watch what is new, then look: what changes meanwhile is told.
    AddFolders();
    on_change_();
  }
}

void RepositoryWatcher::AddFolders() {
  for (const std::filesystem::path& folder : options_.folders) AddFolder(folder, 0);
}

void RepositoryWatcher::AddFolder(const std::filesystem::path& folder, int depth) {
  const int watch = ::inotify_add_watch(events_.number(), folder.c_str(), kEvents);
  // A folder that is not there any more is no fault.
  if (watch < 0 && errno != ENOENT && errno != ENOTDIR && !is_warned_) {
    is_warned_ = true;
    LogWarning("cannot watch {}: {}; changes are noticed every {} ms", folder.string(),
               std::strerror(errno), options_.poll_interval.count());
  }
  if (depth == kWatchedDepth) return;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const bool is_hidden = entry->path().filename().string().starts_with('.');
    if (!is_hidden && entry->is_directory(gone)) AddFolder(entry->path(), depth + 1);
  }
}

bool RepositoryWatcher::AwaitEvents(std::optional<SteadyTime> deadline) {
  while (true) {
    std::chrono::milliseconds sleep = deadline ? kLongestWait : std::chrono::milliseconds(-1);
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock_.Now());
      if (left.count() <= 0) return false;
      sleep = std::min(sleep, left);
    }
    std::array<pollfd, 2> waited = {pollfd{wake_.number(), POLLIN, 0},
                                    pollfd{events_.number(), POLLIN, 0}};
    const int ready = ::poll(waited.data(), waited.size(), static_cast<int>(sleep.count()));
    if (ready > 0 && waited[0].revents != 0) return false;
    if (ready > 0 && TakeEvents()) return true;
  }
}

bool RepositoryWatcher::TakeEvents() {
  constexpr std::size_t kBufferBytes = std::size_t{16} << 10U;
  alignas(inotify_event) std::array<char, kBufferBytes> buffer = {};
  bool are_about_models = false;
  while (true) {
    const ssize_t size = ::read(events_.number(), buffer.data(), buffer.size());
    if (size <= 0) return are_about_models;
    are_about_models |= IsAboutModels(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace slipway::serving
