// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/content_coding.h"
#include "slipway/base/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {
namespace {

/// The first byte says the coding; a body follows. What comes out of it stays within the bound and
/// survives being compressed again.
void Run(std::string_view input) {
  constexpr std::uint64_t kMaxBytes = 100'000;
  if (input.empty()) return;
  const ContentCoding coding = input[0] == 'g' ? ContentCoding::kGzip : ContentCoding::kDeflate;
  Result<std::string> text = Decompress(input.substr(1), coding, kMaxBytes);
  if (!text) return;
  SLIPWAY_CHECK(text->size() <= kMaxBytes);
  const std::string copy = *text;
  std::vector<BodyPart> parts;
  parts.emplace_back(*std::move(text));
  const Result<std::string> again = Decompress(Compress(parts, coding), coding, kMaxBytes);
  SLIPWAY_CHECK(again.has_value() && *again == copy);
}

}  // namespace
}  // namespace slipway::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::api::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
