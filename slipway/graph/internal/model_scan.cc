// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/model_scan.h"

#include "slipway/graph/internal/wire_reader.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace slipway::graph {
namespace {

enum class Message : std::uint8_t {
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kTensor,
  kSparseTensor,
  kFunction,
  kTraining,
  kValueInfo,
  kType,
  kTensorType,
  kNestedType,  // The type of a sequence, map or optional.
  kShape,
  kEntry,
  kLeaf,  // A message whose fields are numbers and text.
  kText,  // Not a message.
};

/// A field that holds a message. Those not listed are text, numbers, or unknown to us.
struct Child {
  Message parent;
  std::uint32_t number;
  Message message;
  bool once;  // Protobuf merges what comes twice; here it would hide tensors.
};

constexpr std::array kChildren = {
    Child{Message::kModel, 7, Message::kGraph, true},
    Child{Message::kModel, 8, Message::kLeaf, false},
    Child{Message::kModel, 14, Message::kLeaf, false},
    Child{Message::kModel, 20, Message::kTraining, false},
    Child{Message::kModel, 25, Message::kFunction, false},
    Child{Message::kTraining, 1, Message::kGraph, true},
    Child{Message::kTraining, 2, Message::kGraph, true},
    Child{Message::kTraining, 3, Message::kLeaf, false},
    Child{Message::kTraining, 4, Message::kLeaf, false},
    Child{Message::kFunction, 7, Message::kNode, false},
    Child{Message::kFunction, 9, Message::kLeaf, false},
    Child{Message::kFunction, 11, Message::kAttribute, false},
    Child{Message::kFunction, 12, Message::kValueInfo, false},
    Child{Message::kFunction, 14, Message::kLeaf, false},
    Child{Message::kGraph, 1, Message::kNode, false},
    Child{Message::kGraph, 5, Message::kTensor, false},
    Child{Message::kGraph, 11, Message::kValueInfo, false},
    Child{Message::kGraph, 12, Message::kValueInfo, false},
    Child{Message::kGraph, 13, Message::kValueInfo, false},
    Child{Message::kGraph, 14, Message::kLeaf, false},
    Child{Message::kGraph, 15, Message::kSparseTensor, false},
    Child{Message::kGraph, 16, Message::kLeaf, false},
    Child{Message::kNode, 5, Message::kAttribute, false},
    Child{Message::kNode, 9, Message::kLeaf, false},
    Child{Message::kAttribute, 5, Message::kTensor, true},
    Child{Message::kAttribute, 6, Message::kGraph, true},
    Child{Message::kAttribute, 10, Message::kTensor, false},
    Child{Message::kAttribute, 11, Message::kGraph, false},
    Child{Message::kAttribute, 14, Message::kType, false},
    Child{Message::kAttribute, 15, Message::kType, false},
    Child{Message::kAttribute, 22, Message::kSparseTensor, true},
    Child{Message::kAttribute, 23, Message::kSparseTensor, false},
    Child{Message::kSparseTensor, 1, Message::kTensor, true},
    Child{Message::kSparseTensor, 2, Message::kTensor, true},
    Child{Message::kTensor, 3, Message::kLeaf, false},
    Child{Message::kTensor, 13, Message::kEntry, false},
    Child{Message::kTensor, 16, Message::kLeaf, false},
    Child{Message::kValueInfo, 2, Message::kType, false},
    Child{Message::kValueInfo, 4, Message::kLeaf, false},
    Child{Message::kType, 1, Message::kTensorType, false},
    Child{Message::kType, 4, Message::kNestedType, false},
    Child{Message::kType, 5, Message::kNestedType, false},
    Child{Message::kType, 7, Message::kLeaf, false},
    Child{Message::kType, 8, Message::kTensorType, false},
    Child{Message::kType, 9, Message::kNestedType, false},
    Child{Message::kNestedType, 1, Message::kType, false},
    Child{Message::kNestedType, 2, Message::kType, false},
    Child{Message::kTensorType, 2, Message::kShape, false},
    Child{Message::kShape, 1, Message::kLeaf, false},
};

/// About what a message takes in memory, in protobuf's form and ours together.
constexpr std::uint64_t StructureBytes(Message message) {
  switch (message) {
    case Message::kGraph:
    case Message::kFunction:
      return 1024;
    case Message::kNode:
    case Message::kAttribute:
    case Message::kTensor:
    case Message::kSparseTensor:
      return 512;
    case Message::kText:
      return 64;
    default:
      return 128;
  }
}

const Child* FindChild(Message parent, std::uint32_t number) {
  const auto* const found = std::ranges::find_if(kChildren, [&](const Child& child) {
    return child.parent == parent && child.number == number;
  });
  return found == kChildren.end() ? nullptr : found;
}

Error TooMany(std::string_view what, std::uint64_t limit) {
  return MakeError(ErrorCode::kResourceExhausted, "the model has more than {} {}", limit, what);
}

class Scanner {
 public:
  explicit Scanner(const ModelLimits& limits) : limits_(limits) {}

  /// Walks `bytes`, a message of kind `message` that lies in `depth` others.
  Status Walk(Message message, ByteView bytes, std::size_t depth);
  std::vector<ExternalReference> TakeReferences() { return std::move(references_); }

 private:
  Status Count(Message message);
  Status WalkField(Message parent, const WireReader::Field& field, std::bitset<32>& seen,
                   std::size_t depth);
  Status WalkTensor(ByteView bytes);

  const ModelLimits& limits_;
  std::vector<ExternalReference> references_;
  std::size_t graph_depth_ = 0;
  std::size_t nodes_ = 0;
  std::size_t initializers_ = 0;
  std::uint64_t structure_bytes_ = 0;
};

Status Scanner::Count(Message message) {
  if (message == Message::kNode && ++nodes_ > limits_.max_nodes) {
    return TooMany("nodes", limits_.max_nodes);
  }
  if (message == Message::kTensor && ++initializers_ > limits_.max_initializers) {
    return TooMany("tensors", limits_.max_initializers);
  }
  structure_bytes_ += StructureBytes(message);
  if (structure_bytes_ > limits_.max_structure_bytes) {
    return TooMany("bytes of nodes, attributes and names", limits_.max_structure_bytes);
  }
  return {};
}

Status Scanner::WalkField(Message parent, const WireReader::Field& field, std::bitset<32>& seen,
                          std::size_t depth) {
  if (field.type != WireReader::Type::kBytes) return {};
  const Child* const child = FindChild(parent, field.number);
  if (child == nullptr) return Count(Message::kText);
  SLIPWAY_TRY(Count(child->message));
  if (child->once && seen.test(field.number)) {
    return InvalidArgument("field {} comes twice in one message", field.number);
  }
  if (child->once) seen.set(field.number);
  if (child->message == Message::kTensor) SLIPWAY_TRY(WalkTensor(field.bytes));
  return Walk(child->message, field.bytes, depth + 1);
}

Status Scanner::Walk(Message message, ByteView bytes, std::size_t depth) {
  const bool is_graph = message == Message::kGraph;
  if (depth > MaxMessageDepth(limits_.max_depth) ||
      (is_graph && graph_depth_ > limits_.max_depth)) {
    return TooMany("levels of subgraphs or types", limits_.max_depth);
  }
  if (is_graph) ++graph_depth_;
  std::bitset<32> seen;
  for (WireReader reader(bytes); !reader.AtEnd();) {
    SLIPWAY_TRY_ASSIGN(const WireReader::Field field, reader.Next());
    SLIPWAY_TRY(WalkField(message, field, seen, depth));
  }
  if (is_graph) --graph_depth_;
  if (message == Message::kModel && !seen.test(7)) return InvalidArgument("there is no graph");
  return {};
}

Status AddEntry(ByteView bytes, ExternalReference& reference) {
  std::string_view key;
  std::string_view value;
  for (WireReader reader(bytes); !reader.AtEnd();) {
    SLIPWAY_TRY_ASSIGN(const WireReader::Field field, reader.Next());
    if (field.type != WireReader::Type::kBytes) continue;
    if (field.number == 1) key = AsText(field.bytes);
    if (field.number == 2) value = AsText(field.bytes);
  }
  return reference.Add(key, value);
}

/// Notes where the tensor's data lies if it is outside the file.
Status Scanner::WalkTensor(ByteView bytes) {
  ExternalReference reference;
  bool is_external = false;
  for (WireReader reader(bytes); !reader.AtEnd();) {
    SLIPWAY_TRY_ASSIGN(const WireReader::Field field, reader.Next());
    if (field.number == 13 && field.type == WireReader::Type::kBytes) {
      SLIPWAY_TRY(AddEntry(field.bytes, reference));
    } else if (field.number == 14 && field.type == WireReader::Type::kVarint) {
      // As protobuf does: cut to 32 bits, and a value that the enumeration lacks is not set.
      const auto location = static_cast<std::uint32_t>(field.varint);
      if (location <= 1) is_external = location == 1;
    }
  }
  if (!is_external) return {};
  if (reference.location.empty()) return InvalidArgument("external data has no location");
  references_.push_back(std::move(reference));
  return {};
}

}  // namespace

Result<std::vector<ExternalReference>> ScanModel(ByteView bytes, const ModelLimits& limits) {
  Scanner scanner(limits);
  SLIPWAY_TRY(scanner.Walk(Message::kModel, bytes, 0));
  return scanner.TakeReferences();
}

}  // namespace slipway::graph
