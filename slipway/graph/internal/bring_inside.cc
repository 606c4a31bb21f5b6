// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/bring_inside.h"

#include "slipway/graph/internal/tensor_codec.h"

namespace slipway::graph {
namespace {

template <typename Messages>
Status BringAllInside(Messages& messages, const ExternalFiles& files) {
  for (auto& message : messages) SLIPWAY_TRY(BringInside(message, files));
  return {};
}

}  // namespace

Status BringInside(onnx::NodeProto& proto, const ExternalFiles& files) {
  return BringAllInside(*proto.mutable_attribute(), files);
}

Status BringInside(onnx::GraphProto& proto, const ExternalFiles& files) {
  SLIPWAY_TRY(BringAllInside(*proto.mutable_initializer(), files));
  SLIPWAY_TRY(BringAllInside(*proto.mutable_sparse_initializer(), files));
  return BringAllInside(*proto.mutable_node(), files);
}

Status BringInside(onnx::TensorProto& proto, const ExternalFiles& files) {
  if (proto.data_location() != onnx::TensorProto::EXTERNAL) return {};
  SLIPWAY_TRY_ASSIGN(const ByteView bytes, ExternalBytes(proto, files));
  proto.set_raw_data(bytes.data(), bytes.size());
  proto.clear_external_data();
  proto.clear_data_location();
  return {};
}

Status BringInside(onnx::SparseTensorProto& proto, const ExternalFiles& files) {
  if (proto.has_values()) SLIPWAY_TRY(BringInside(*proto.mutable_values(), files));
  if (proto.has_indices()) SLIPWAY_TRY(BringInside(*proto.mutable_indices(), files));
  return {};
}

Status BringInside(onnx::AttributeProto& proto, const ExternalFiles& files) {
  if (proto.has_t()) SLIPWAY_TRY(BringInside(*proto.mutable_t(), files));
  if (proto.has_g()) SLIPWAY_TRY(BringInside(*proto.mutable_g(), files));
  if (proto.has_sparse_tensor()) SLIPWAY_TRY(BringInside(*proto.mutable_sparse_tensor(), files));
  SLIPWAY_TRY(BringAllInside(*proto.mutable_tensors(), files));
  SLIPWAY_TRY(BringAllInside(*proto.mutable_graphs(), files));
  return BringAllInside(*proto.mutable_sparse_tensors(), files);
}

Status BringInside(onnx::FunctionProto& proto, const ExternalFiles& files) {
  SLIPWAY_TRY(BringAllInside(*proto.mutable_node(), files));
  return BringAllInside(*proto.mutable_attribute_proto(), files);
}

}  // namespace slipway::graph
