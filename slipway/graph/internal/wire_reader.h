// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"

#include <cstdint>

namespace slipway::graph {

/// Reads the fields of one protobuf message where they lie, without a copy. (Protocol Buffers,
/// "Encoding".)
class WireReader {
 public:
  enum class Type : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  /// One field of the message.
  struct Field {
    std::uint32_t number = 0;
    Type type = Type::kVarint;
    std::uint64_t varint = 0;  ///< The value of a kVarint.
    ByteView bytes = {};       ///< The value of a kBytes.
  };

  explicit WireReader(ByteView message) : rest_(message) {}

  bool AtEnd() const { return rest_.empty(); }
  /// The next field; there is one. kInvalidArgument if the message is cut short or broken, or has a
  /// group, which no version of ONNX uses.
  Result<Field> Next();

 private:
  Result<std::uint64_t> TakeVarint();
  Result<ByteView> Take(std::uint64_t count);

  ByteView rest_;
};

}  // namespace slipway::graph
