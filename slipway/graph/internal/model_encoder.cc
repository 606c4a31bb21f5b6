// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/model_encoder.h"

#include "slipway/graph/internal/tensor_codec.h"

namespace slipway::graph {
namespace {

using onnx::AttributeProto;

/// Starts `proto` with what an earlier file said beyond our fields.
template <typename Message>
Status Restore(const std::string& bytes, Message& proto) {
  if (proto.ParseFromString(bytes)) return {};
  return InternalError("{} bytes kept from a model file are not the message they were",
                       bytes.size());
}

void SetUnlessEmpty(const std::string& text, auto&& set) {
  if (!text.empty()) set(text);
}

void EncodeDimension(const Dimension& dimension, onnx::TensorShapeProto::Dimension& proto) {
  proto.clear_value();
  if (dimension.size) {
    proto.set_dim_value(*dimension.size);
  } else if (!dimension.name.empty()) {
    proto.set_dim_param(dimension.name);
  }
}

void EncodeShape(const std::vector<Dimension>& dimensions, onnx::TensorShapeProto& proto) {
  // Dimensions that are already there carry denotations, worthless once the rank has changed.
  if (static_cast<std::size_t>(proto.dim_size()) != dimensions.size()) proto.clear_dim();
  for (int i = 0; const Dimension& dimension : dimensions) {
    EncodeDimension(dimension, i < proto.dim_size() ? *proto.mutable_dim(i) : *proto.add_dim());
    ++i;
  }
}

Status EncodeValueInfo(const ValueInfo& value, onnx::ValueInfoProto& proto) {
  SLIPWAY_TRY(Restore(value.extra, proto));
  proto.set_name(value.name);
  if (value.dtype) {
    proto.mutable_type()->mutable_tensor_type()->set_elem_type(OnnxDataType(*value.dtype));
  }
  if (value.shape) {
    EncodeShape(*value.shape, *proto.mutable_type()->mutable_tensor_type()->mutable_shape());
  }
  return {};
}

Status EncodeGraph(const Graph& graph, onnx::GraphProto& proto);

/// Puts one alternative of an attribute's value into its message.
struct ValueEncoder {
  AttributeProto& proto;

  Status operator()(std::int64_t value) const {
    proto.set_type(AttributeProto::INT);
    proto.set_i(value);
    return {};
  }
  Status operator()(float value) const {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(value);
    return {};
  }
  Status operator()(const std::string& value) const {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(value);
    return {};
  }
  Status operator()(const ConstantTensor& value) const {
    proto.set_type(AttributeProto::TENSOR);
    return EncodeTensor(*value, *proto.mutable_t());
  }
  Status operator()(const std::vector<std::int64_t>& values) const {
    proto.set_type(AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
    return {};
  }
  Status operator()(const std::vector<float>& values) const {
    proto.set_type(AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
    return {};
  }
  Status operator()(const std::vector<std::string>& values) const {
    proto.set_type(AttributeProto::STRINGS);
    for (const std::string& value : values) proto.add_strings(value);
    return {};
  }
  Status operator()(const std::shared_ptr<const Graph>& value) const {
    proto.set_type(AttributeProto::GRAPH);
    return EncodeGraph(*value, *proto.mutable_g());
  }
  Status operator()(const Attribute::Opaque& value) const { return Restore(value.bytes, proto); }
};

Status EncodeAttribute(const Attribute& attribute, AttributeProto& proto) {
  SLIPWAY_TRY(Restore(attribute.extra, proto));
  SLIPWAY_TRY(std::visit(ValueEncoder{proto}, attribute.value));
  proto.set_name(attribute.name);
  return {};
}

Status EncodeNode(const Node& node, onnx::NodeProto& proto) {
  SLIPWAY_TRY(Restore(node.extra, proto));
  SetUnlessEmpty(node.name, [&](const std::string& text) { proto.set_name(text); });
  SetUnlessEmpty(node.domain, [&](const std::string& text) { proto.set_domain(text); });
  SetUnlessEmpty(node.doc, [&](const std::string& text) { proto.set_doc_string(text); });
  proto.set_op_type(node.op_type);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const Attribute& attribute : node.attributes) {
    SLIPWAY_TRY(EncodeAttribute(attribute, *proto.add_attribute()));
  }
  return {};
}

Status EncodeInitializers(const Graph& graph, onnx::GraphProto& proto) {
  for (const auto& [name, tensor] : graph.initializers) {
    onnx::TensorProto& initializer = *proto.add_initializer();
    if (const auto extra = graph.initializer_extras.find(name);
        extra != graph.initializer_extras.end()) {
      SLIPWAY_TRY(Restore(extra->second, initializer));
    }
    initializer.set_name(name);
    SLIPWAY_TRY(EncodeTensor(*tensor, initializer));
  }
  for (const auto& [name, bytes] : graph.opaque_initializers) {
    onnx::TensorProto& initializer = *proto.add_initializer();
    SLIPWAY_TRY(Restore(bytes, initializer));
    initializer.set_name(name);
  }
  for (const auto& [name, bytes] : graph.sparse_initializers) {
    onnx::SparseTensorProto& initializer = *proto.add_sparse_initializer();
    SLIPWAY_TRY(Restore(bytes, initializer));
    initializer.mutable_values()->set_name(name);
  }
  return {};
}

Status EncodeGraph(const Graph& graph, onnx::GraphProto& proto) {
  SLIPWAY_TRY(Restore(graph.extra, proto));
  proto.set_name(graph.name);
  SetUnlessEmpty(graph.doc, [&](const std::string& text) { proto.set_doc_string(text); });
  for (const ValueInfo& input : graph.inputs) {
    SLIPWAY_TRY(EncodeValueInfo(input, *proto.add_input()));
  }
  for (const ValueInfo& output : graph.outputs) {
    SLIPWAY_TRY(EncodeValueInfo(output, *proto.add_output()));
  }
  for (const ValueInfo& value : graph.values) {
    SLIPWAY_TRY(EncodeValueInfo(value, *proto.add_value_info()));
  }
  for (const Node& node : graph.nodes) SLIPWAY_TRY(EncodeNode(node, *proto.add_node()));
  return EncodeInitializers(graph, proto);
}

/// Lists the initializers among the inputs, where IR versions below 4 look for their types.
void ListInitializersAsInputs(onnx::GraphProto& proto) {
  for (const onnx::TensorProto& initializer : proto.initializer()) {
    onnx::ValueInfoProto& input = *proto.add_input();
    input.set_name(initializer.name());
    onnx::TypeProto::Tensor& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(initializer.data_type());
    type.mutable_shape();
    for (const std::int64_t size : initializer.dims()) {
      type.mutable_shape()->add_dim()->set_dim_value(size);
    }
  }
}

}  // namespace

Status EncodeModel(const Model& model, onnx::ModelProto& proto) {
  constexpr std::int64_t kFirstIrWithFreeInitializers = 4;
  SLIPWAY_TRY(Restore(model.extra, proto));
  proto.set_ir_version(model.ir_version);
  SetUnlessEmpty(model.producer_name,
                 [&](const std::string& text) { proto.set_producer_name(text); });
  SetUnlessEmpty(model.producer_version,
                 [&](const std::string& text) { proto.set_producer_version(text); });
  SetUnlessEmpty(model.domain, [&](const std::string& text) { proto.set_domain(text); });
  SetUnlessEmpty(model.doc, [&](const std::string& text) { proto.set_doc_string(text); });
  if (model.model_version != 0) proto.set_model_version(model.model_version);
  for (const auto& [domain, version] : model.opsets) {
    onnx::OperatorSetIdProto& import = *proto.add_opset_import();
    import.set_domain(domain);
    import.set_version(version);
  }
  for (const auto& [key, value] : model.metadata) {
    onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  for (const std::string& function : model.functions) {
    SLIPWAY_TRY(Restore(function, *proto.add_functions()));
  }
  SLIPWAY_TRY(EncodeGraph(model.graph, *proto.mutable_graph()));
  if (model.ir_version < kFirstIrWithFreeInitializers) {
    ListInitializersAsInputs(*proto.mutable_graph());
  }
  return {};
}

}  // namespace slipway::graph
