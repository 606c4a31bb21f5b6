// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/tensor/tensor.h"

#include <string>
#include <vector>

namespace slipway::api {

/// Collects the parts of a body: text, and tensors that are sent from where they are.
class BodyParts {
 public:
  /// Where the next bytes of text go.
  std::string& text() { return text_; }
  /// Adds the bytes of `tensor` behind what is there. Short ones are copied into the text: one part
  /// more costs more than the copy does.
  void Add(const SharedTensor& tensor);
  /// All parts in order; the object is then empty.
  std::vector<BodyPart> Take();

 private:
  std::string text_;
  std::vector<BodyPart> parts_;
};

}  // namespace slipway::api
