// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/model_decoder.h"

#include "slipway/graph/internal/bring_inside.h"
#include "slipway/graph/internal/function_calls.h"
#include "slipway/graph/internal/model_scan.h"
#include "slipway/graph/internal/onnx.pb.h"
#include "slipway/graph/internal/tensor_codec.h"
#include "slipway/graph/validate.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace slipway::graph {
namespace {

using onnx::AttributeProto;

// Each function below takes what it knows out of its message and keeps the bytes of what is left as
// `extra`, so that nothing is lost whatever the file holds.

/// The bytes of `message`; empty if nothing is set in it.
template <typename Message>
std::string Remainder(const Message& message) {
  return message.SerializeAsString();
}

Dimension DecodeDimension(onnx::TensorShapeProto::Dimension& proto) {
  Dimension dimension;
  // A negative size is how some exporters say "free".
  if (proto.has_dim_value() && proto.dim_value() >= 0) dimension.size = proto.dim_value();
  if (proto.has_dim_param()) dimension.name = proto.dim_param();
  proto.clear_value();
  return dimension;
}

std::vector<Dimension> DecodeShape(onnx::TypeProto::Tensor& proto) {
  std::vector<Dimension> dimensions;
  dimensions.reserve(static_cast<std::size_t>(proto.shape().dim_size()));
  bool is_bare = true;
  for (onnx::TensorShapeProto::Dimension& dimension : *proto.mutable_shape()->mutable_dim()) {
    dimensions.push_back(DecodeDimension(dimension));
    is_bare = is_bare && dimension.ByteSizeLong() == 0;
  }
  // What is left are denotations; the encoder puts the sizes back beside them.
  if (is_bare) proto.mutable_shape()->clear_dim();
  if (proto.shape().ByteSizeLong() == 0) proto.clear_shape();
  return dimensions;
}

ValueInfo DecodeValueInfo(onnx::ValueInfoProto& proto) {
  ValueInfo value{.name = std::move(*proto.mutable_name())};
  proto.clear_name();
  if (proto.type().has_tensor_type()) {
    onnx::TypeProto::Tensor& tensor = *proto.mutable_type()->mutable_tensor_type();
    value.dtype = DataTypeFromOnnx(tensor.elem_type());
    if (value.dtype || tensor.elem_type() == 0) tensor.clear_elem_type();
    if (tensor.has_shape()) value.shape = DecodeShape(tensor);
    if (tensor.ByteSizeLong() == 0) proto.mutable_type()->clear_tensor_type();
    if (proto.type().ByteSizeLong() == 0) proto.clear_type();
  }
  value.extra = Remainder(proto);
  return value;
}

/// Whether `proto` is of a type that `Attribute` holds open.
bool IsOpen(const AttributeProto& proto) {
  switch (proto.type()) {
    case AttributeProto::TENSOR:
      return DataTypeFromOnnx(proto.t().data_type()).has_value();
    case AttributeProto::FLOAT:
    case AttributeProto::INT:
    case AttributeProto::STRING:
    case AttributeProto::GRAPH:
    case AttributeProto::FLOATS:
    case AttributeProto::INTS:
    case AttributeProto::STRINGS:
      return true;
    default:
      return false;
  }
}

class Decoder {
 public:
  explicit Decoder(const ExternalFiles& files) : files_(files) {}

  Result<Model> Decode(onnx::ModelProto& proto) const;

 private:
  Result<Graph> DecodeGraph(onnx::GraphProto& proto) const;
  Status DecodeInitializers(onnx::GraphProto& proto, Graph& graph) const;
  Status DecodeInitializer(onnx::TensorProto& proto, Graph& graph) const;
  Status DecodeSparseInitializer(onnx::SparseTensorProto& proto, Graph& graph) const;
  Result<Node> DecodeNode(onnx::NodeProto& proto) const;
  Result<Attribute> DecodeAttribute(AttributeProto& proto) const;
  Status DecodeAttributeValue(AttributeProto& proto, Attribute& attribute) const;
  Result<Attribute::Opaque> DecodeOpaque(AttributeProto& proto) const;
  Result<std::string> DecodeFunction(onnx::FunctionProto& proto) const;

  const ExternalFiles& files_;
};

Result<std::string> Decoder::DecodeFunction(onnx::FunctionProto& proto) const {
  SLIPWAY_TRY(BringInside(proto, files_));
  return Remainder(proto);
}

Result<Attribute::Opaque> Decoder::DecodeOpaque(AttributeProto& proto) const {
  SLIPWAY_TRY(BringInside(proto, files_));
  return Attribute::Opaque{.bytes = Remainder(proto)};
}

Status Decoder::DecodeAttributeValue(AttributeProto& proto, Attribute& attribute) const {
  switch (proto.type()) {
    case AttributeProto::FLOAT:
      attribute.value = proto.f();
      proto.clear_f();
      break;
    case AttributeProto::INT:
      attribute.value = proto.i();
      proto.clear_i();
      break;
    case AttributeProto::STRING:
      attribute.value = std::move(*proto.mutable_s());
      proto.clear_s();
      break;
    case AttributeProto::TENSOR: {
      SLIPWAY_TRY_ASSIGN(Tensor tensor, DecodeTensor(proto.t(), files_));
      attribute.value = std::make_shared<const Tensor>(std::move(tensor));
      ClearValues(*proto.mutable_t());
      if (proto.t().ByteSizeLong() == 0) proto.clear_t();
      break;
    }
    case AttributeProto::GRAPH: {
      SLIPWAY_TRY_ASSIGN(Graph graph, DecodeGraph(*proto.mutable_g()));
      attribute.value = std::make_shared<const Graph>(std::move(graph));
      proto.clear_g();
      break;
    }
    case AttributeProto::FLOATS:
      attribute.value = std::vector<float>(proto.floats().begin(), proto.floats().end());
      proto.clear_floats();
      break;
    case AttributeProto::INTS:
      attribute.value = std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
      proto.clear_ints();
      break;
    default:
      attribute.value = std::vector<std::string>(proto.strings().begin(), proto.strings().end());
      proto.clear_strings();
      break;
  }
  return {};
}

Result<Attribute> Decoder::DecodeAttribute(AttributeProto& proto) const {
  Attribute attribute{.name = proto.name(), .value = std::int64_t{0}};
  if (proto.type() == AttributeProto::UNDEFINED && !proto.has_ref_attr_name()) {
    return InvalidArgument("it has no type");
  }
  if (!IsOpen(proto) || proto.has_ref_attr_name()) {
    SLIPWAY_TRY_ASSIGN(attribute.value, DecodeOpaque(proto));
    return attribute;
  }
  SLIPWAY_TRY(DecodeAttributeValue(proto, attribute));
  proto.clear_name();
  proto.clear_type();
  attribute.extra = Remainder(proto);
  return attribute;
}

Result<Node> Decoder::DecodeNode(onnx::NodeProto& proto) const {
  Node node{.name = std::move(*proto.mutable_name()),
            .op_type = std::move(*proto.mutable_op_type()),
            .domain = std::move(*proto.mutable_domain()),
            .inputs = {proto.input().begin(), proto.input().end()},
            .outputs = {proto.output().begin(), proto.output().end()},
            .attributes = {},
            .doc = std::move(*proto.mutable_doc_string())};
  // "ai.onnx" is the long name of the empty domain.
  if (node.domain == "ai.onnx") node.domain.clear();
  node.attributes.reserve(static_cast<std::size_t>(proto.attribute_size()));
  for (AttributeProto& attribute : *proto.mutable_attribute()) {
    Result<Attribute> decoded = DecodeAttribute(attribute);
    if (!decoded) {
      return Annotate(decoded.error(), "attribute {:?} of node {:?} ({})", attribute.name(),
                      node.name, node.op_type);
    }
    node.attributes.push_back(*std::move(decoded));
  }
  proto.clear_name();
  proto.clear_op_type();
  proto.clear_domain();
  proto.clear_input();
  proto.clear_output();
  proto.clear_attribute();
  proto.clear_doc_string();
  node.extra = Remainder(proto);
  return node;
}

Status Decoder::DecodeInitializer(onnx::TensorProto& proto, Graph& graph) const {
  const std::string name = proto.name();
  if (name.empty()) return InvalidArgument("it has no name");
  if (graph.HasInitializer(name)) return InvalidArgument("there are two of that name");
  if (!DataTypeFromOnnx(proto.data_type())) {
    SLIPWAY_TRY(BringInside(proto, files_));
    graph.opaque_initializers.emplace(name, Remainder(proto));
    return {};
  }
  SLIPWAY_TRY_ASSIGN(Tensor tensor, DecodeTensor(proto, files_));
  graph.initializers.emplace(name, std::make_shared<const Tensor>(std::move(tensor)));
  ClearValues(proto);
  proto.clear_name();
  if (std::string extra = Remainder(proto); !extra.empty()) {
    graph.initializer_extras.emplace(name, std::move(extra));
  }
  return {};
}

Status Decoder::DecodeSparseInitializer(onnx::SparseTensorProto& proto, Graph& graph) const {
  const std::string& name = proto.values().name();
  if (name.empty()) return InvalidArgument("it has no name");
  if (graph.HasInitializer(name)) return InvalidArgument("there are two of that name");
  SLIPWAY_TRY(BringInside(proto, files_));
  graph.sparse_initializers.emplace(name, Remainder(proto));
  return {};
}

Status Decoder::DecodeInitializers(onnx::GraphProto& proto, Graph& graph) const {
  // Each message is freed when it has been decoded, so that weights are not held twice.
  for (onnx::TensorProto& initializer : *proto.mutable_initializer()) {
    onnx::TensorProto taken;
    taken.Swap(&initializer);
    const Status decoded = DecodeInitializer(taken, graph);
    if (!decoded) return Annotate(decoded.error(), "initializer {:?}", taken.name());
  }
  for (onnx::SparseTensorProto& initializer : *proto.mutable_sparse_initializer()) {
    onnx::SparseTensorProto taken;
    taken.Swap(&initializer);
    const Status decoded = DecodeSparseInitializer(taken, graph);
    if (!decoded) {
      return Annotate(decoded.error(), "sparse initializer {:?}", taken.values().name());
    }
  }
  proto.clear_initializer();
  proto.clear_sparse_initializer();
  return {};
}

Result<Graph> Decoder::DecodeGraph(onnx::GraphProto& proto) const {
  Graph graph{.name = std::move(*proto.mutable_name()),
              .doc = std::move(*proto.mutable_doc_string())};
  SLIPWAY_TRY(DecodeInitializers(proto, graph));
  for (onnx::ValueInfoProto& input : *proto.mutable_input()) {
    // Before IR version 4, initializers were listed among the inputs, as their default values.
    if (!graph.HasInitializer(input.name())) graph.inputs.push_back(DecodeValueInfo(input));
  }
  for (onnx::ValueInfoProto& output : *proto.mutable_output()) {
    graph.outputs.push_back(DecodeValueInfo(output));
  }
  for (onnx::ValueInfoProto& value : *proto.mutable_value_info()) {
    graph.values.push_back(DecodeValueInfo(value));
  }
  graph.nodes.reserve(static_cast<std::size_t>(proto.node_size()));
  for (onnx::NodeProto& node : *proto.mutable_node()) {
    SLIPWAY_TRY_ASSIGN(Node decoded, DecodeNode(node));
    graph.nodes.push_back(std::move(decoded));
  }
  proto.clear_name();
  proto.clear_doc_string();
  proto.clear_input();
  proto.clear_output();
  proto.clear_value_info();
  proto.clear_node();
  graph.extra = Remainder(proto);
  return graph;
}

Status DecodeOpsets(const onnx::ModelProto& proto, Model& model) {
  for (const onnx::OperatorSetIdProto& import : proto.opset_import()) {
    const std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
    const auto [entry, is_new] = model.opsets.emplace(domain, import.version());
    if (!is_new && entry->second != import.version()) {
      return InvalidArgument("operator set {:?} is imported in versions {} and {}", domain,
                             entry->second, import.version());
    }
  }
  return {};
}

Result<Model> Decoder::Decode(onnx::ModelProto& proto) const {
  Model model{.ir_version = proto.ir_version(),
              .producer_name = proto.producer_name(),
              .producer_version = proto.producer_version(),
              .domain = proto.domain(),
              .model_version = proto.model_version(),
              .doc = proto.doc_string()};
  if (model.ir_version < 1) return InvalidArgument("IR version {} is none", model.ir_version);
  SLIPWAY_TRY(DecodeOpsets(proto, model));
  for (const onnx::StringStringEntryProto& entry : proto.metadata_props()) {
    model.metadata[entry.key()] = entry.value();
  }
  for (onnx::FunctionProto& function : *proto.mutable_functions()) {
    Result<std::string> decoded = DecodeFunction(function);
    if (!decoded) return Annotate(decoded.error(), "function {:?}", function.name());
    model.functions.push_back(*std::move(decoded));
  }
  SLIPWAY_TRY_ASSIGN(model.graph, DecodeGraph(*proto.mutable_graph()));
  proto.clear_ir_version();
  proto.clear_producer_name();
  proto.clear_producer_version();
  proto.clear_domain();
  proto.clear_model_version();
  proto.clear_doc_string();
  proto.clear_opset_import();
  proto.clear_metadata_props();
  proto.clear_functions();
  proto.clear_graph();
  proto.clear_training_info();
  model.extra = Remainder(proto);
  return model;
}

Status ParseProto(ByteView bytes, const ModelLimits& limits, onnx::ModelProto& proto) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the file has {} bytes: protobuf ends at 2 GiB, keep weights as external data",
                     bytes.size());
  }
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(static_cast<int>(MaxMessageDepth(limits.max_depth)) + 1);
  if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return InvalidArgument("the bytes are no ONNX model");
  }
  return {};
}

}  // namespace

Result<Model> DecodeModel(ByteView bytes, const ExternalFiles& files, const ModelLimits& limits) {
  SLIPWAY_TRY(ScanModel(bytes, limits));
  onnx::ModelProto proto;
  SLIPWAY_TRY(ParseProto(bytes, limits, proto));
  SLIPWAY_TRY(CheckFunctionCalls(proto));
  SLIPWAY_TRY_ASSIGN(Model model, Decoder(files).Decode(proto));
  SLIPWAY_TRY(ValidateModel(model));
  return model;
}

}  // namespace slipway::graph
