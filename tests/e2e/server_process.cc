// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/server_process.h"

#include "slipway/base/files.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <regex>
#include <vector>

namespace slipway::e2e {
namespace {

/// Reads from `file` up to and with the first newline, or all there is.
std::string ReadLine(int file) {
  std::string line;
  for (char next = 0; ::read(file, &next, 1) == 1 && next != '\n';) line.push_back(next);
  return line;
}

/// Starts `arguments` with its standard output going to `output`; the process's id.
Result<pid_t> Spawn(std::vector<std::string> arguments, int output) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t id = 0;
  const int failure = ::posix_spawn(&id, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return NotFound("cannot start {}: error {}", arguments[0], failure);
  return id;
}

Result<std::string> AddressIn(const std::string& line, const std::string& name) {
  std::smatch match;
  if (!std::regex_search(line, match, std::regex("\"" + name + "\": ?([0-9]+)"))) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("the server printed no {}, but \"{}\"", name, line));
  }
  return "127.0.0.1:" + match[1].str();
}

}  // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const std::filesystem::path& repository) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return InternalError("cannot make a pipe");
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  SLIPWAY_TRY_ASSIGN(const pid_t id, Spawn({SLIPWAY_BINARY, "serve", "--model-repository",
                                            repository.string(), "--http-port", "0", "--grpc-port",
                                            "0", "--metrics-port", "0", "--json"},
                                           write_end.number()));
  write_end = FileDescriptor();
  std::unique_ptr<ServerProcess> server(new ServerProcess(id));
  const std::string line = ReadLine(read_end.number());
  SLIPWAY_TRY_ASSIGN(server->http_address_, AddressIn(line, "http_port"));
  SLIPWAY_TRY_ASSIGN(server->grpc_address_, AddressIn(line, "grpc_port"));
  return server;
}

ServerProcess::~ServerProcess() {
  ::kill(id_, SIGTERM);
  ::waitpid(id_, nullptr, 0);
}

}  // namespace slipway::e2e
