// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/files.h"
#include "slipway/base/format.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// What libFuzzer calls; each fuzzer defines it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace slipway {
namespace {

constexpr std::uint64_t kMaxInputBytes = std::uint64_t{64} << 20U;

std::vector<std::filesystem::path> FilesBelow(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Status Replay(const std::filesystem::path& file) {
  SLIPWAY_TRY_ASSIGN(const std::string input, ReadFile(file, kMaxInputBytes));
  // Printed first, so that the last line before a crash names the input.
  fmt::print("{}: {} bytes\n", file.string(), input.size());
  std::fflush(stdout);
  const ByteView bytes = AsBytes(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return {};
}

Status ReplayFolder(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return NotFound("no corpus: {}", folder.string());
  const std::vector<std::filesystem::path> files = FilesBelow(folder);
  if (files.empty()) return NotFound("no inputs in the corpus {}", folder.string());
  for (const std::filesystem::path& file : files) SLIPWAY_TRY(Replay(file));
  return {};
}

}  // namespace
}  // namespace slipway

/// Feeds every file below the folders named on the command line to the fuzzer that this is linked
/// with: each crash that was ever found is a test from then on.
int main(int argc, char** argv) {
  for (const char* folder : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
    if (const slipway::Status status = slipway::ReplayFolder(folder); !status) {
      fmt::print(stderr, "{}\n", ToString(status.error()));
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
