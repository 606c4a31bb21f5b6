// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/body_parts.h"

#include <utility>

namespace slipway::api {
namespace {

/// Tensors up to this size are copied.
constexpr std::size_t kCopiedBytes = 1024;

}  // namespace

void BodyParts::Add(const SharedTensor& tensor) {
  const ByteView bytes = tensor.view.bytes;
  if (bytes.size() <= kCopiedBytes) {
    text_ += AsText(bytes);
    return;
  }
  if (!text_.empty()) parts_.emplace_back(std::exchange(text_, {}));
  parts_.emplace_back(SharedBytes{bytes, tensor.owner});
}

std::vector<BodyPart> BodyParts::Take() {
  if (!text_.empty()) parts_.emplace_back(std::exchange(text_, {}));
  return std::exchange(parts_, {});
}

}  // namespace slipway::api
