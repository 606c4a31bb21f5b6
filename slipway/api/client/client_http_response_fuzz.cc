// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/http_response_reader.h"
#include "slipway/base/bytes.h"
#include "slipway/base/check.h"

#include <algorithm>
#include <cstdint>

using slipway::api::client::HttpResponseReader;

namespace {

struct Outcome {
  bool done = false;
  std::string body;
};

Outcome ReadInSteps(std::string_view input, std::size_t step) {
  HttpResponseReader reader(1'000'000);
  Outcome outcome;
  while (!input.empty() && !reader.done()) {
    const auto progress = reader.Take(input.substr(0, step));
    if (!progress) return outcome;
    SLIPWAY_CHECK(progress->used > 0);
    outcome.body += progress->body;
    input.remove_prefix(progress->used);
  }
  outcome.done = reader.TakeEnd().has_value();
  return outcome;
}

}  // namespace

// However the bytes of a response are cut, they mean the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Outcome whole = ReadInSteps(input, std::max<std::size_t>(size, 1));
  const Outcome pieces = ReadInSteps(input, 7);
  SLIPWAY_CHECK(whole.done == pieces.done);
  SLIPWAY_CHECK(!whole.done || whole.body == pieces.body);
  return 0;
}
