// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/onnx_runtime_session.h"

#include "slipway/runtime/internal/onnx_runtime_executor.h"
#include "slipway/runtime/internal/ort_tensor.h"
#include "slipway/runtime/kernels/register_operators.h"

#include <algorithm>

namespace slipway::runtime {
namespace {

GraphOptimizationLevel ToOrtLevel(GraphOptimization optimization) {
  switch (optimization) {
    case GraphOptimization::kNone:
      return ORT_DISABLE_ALL;
    case GraphOptimization::kBasic:
      return ORT_ENABLE_BASIC;
    case GraphOptimization::kExtended:
      return ORT_ENABLE_EXTENDED;
    case GraphOptimization::kAll:
      break;
  }
  return ORT_ENABLE_ALL;
}

Status SetThreads(OrtSessionOptions* made, const SessionOptions& options) {
  const OrtApi& api = Api();
  if (options.intra_op_threads == 0 && options.inter_op_threads == 0 && !options.parallel_nodes) {
    return ToStatus(api.DisablePerSessionThreads(made));
  }
  constexpr std::size_t kMost = 1024;
  if (options.intra_op_threads > kMost || options.inter_op_threads > kMost) {
    return InvalidArgument("{} intra-op and {} inter-op threads: at most {} are allowed",
                           options.intra_op_threads, options.inter_op_threads, kMost);
  }
  // 0 would be a pool as wide as the machine: a model that sets only the other has none.
  const std::size_t intra = std::max<std::size_t>(options.intra_op_threads, 1);
  SLIPWAY_TRY(ToStatus(api.SetIntraOpNumThreads(made, static_cast<int>(intra))));
  SLIPWAY_TRY(ToStatus(api.SetInterOpNumThreads(made, static_cast<int>(options.inter_op_threads))));
  SLIPWAY_TRY(ToStatus(api.AddSessionConfigEntry(made, "session.intra_op.allow_spinning", "0")));
  SLIPWAY_TRY(ToStatus(api.AddSessionConfigEntry(made, "session.inter_op.allow_spinning", "0")));
  return ToStatus(
      api.SetSessionExecutionMode(made, options.parallel_nodes ? ORT_PARALLEL : ORT_SEQUENTIAL));
}

/// The library is handed bytes and opens no file; a setting must not make it.
bool NamesFiles(std::string_view setting) {
  return setting.find("file") != std::string_view::npos ||
         setting.find("path") != std::string_view::npos;
}

Status AddSettings(OrtSessionOptions* made, const SessionOptions& options) {
  for (const auto& [name, value] : options.settings) {
    if (!name.starts_with("session.") || NamesFiles(name)) {
      return InvalidArgument("the engine's setting {:?} may not be changed", name);
    }
    const Status added = ToStatus(Api().AddSessionConfigEntry(made, name.c_str(), value.c_str()));
    if (!added) return InvalidArgument("setting {:?}: {}", name, added.error().message());
  }
  return {};
}

Status AddExternalData(OrtSessionOptions* options,
                       const std::map<std::string, ByteView>& external) {
  std::vector<const char*> names;
  std::vector<char*> buffers;
  std::vector<std::size_t> lengths;
  for (const auto& [name, bytes] : external) {
    names.push_back(name.c_str());
    // The library copies out of the buffers; its interface is older than const.
    buffers.push_back(const_cast<char*>(AsText(bytes).data()));
    lengths.push_back(bytes.size());
  }
  if (names.empty()) return {};
  return ToStatus(Api().AddExternalInitializersFromFilesInMemory(
      options, names.data(), buffers.data(), lengths.data(), names.size()));
}

Result<OrtOwned<OrtSessionOptions>> ToOrtOptions(const ModelBytes& bytes,
                                                 const SessionOptions& options) {
  const OrtApi& api = Api();
  SLIPWAY_TRY_ASSIGN(OrtOwned<OrtSessionOptions> made, MakeOrt<OrtSessionOptions>([&](auto** out) {
                       return api.CreateSessionOptions(out);
                     }));
  SLIPWAY_TRY(ToStatus(kernels::RegisterOperators(*made, api)));
  SLIPWAY_TRY(SetThreads(made.get(), options));
  SLIPWAY_TRY(AddSettings(made.get(), options));
  SLIPWAY_TRY(
      ToStatus(api.SetSessionGraphOptimizationLevel(made.get(), ToOrtLevel(options.optimization))));
  SLIPWAY_TRY(ToStatus(api.SetSessionLogId(made.get(), std::string(bytes.name).c_str())));
  // Patterns are kept for each combination of input shapes ever seen, without a bound, and save
  // nothing measurable.
  SLIPWAY_TRY(ToStatus(options.memory_patterns ? api.EnableMemPattern(made.get())
                                               : api.DisableMemPattern(made.get())));
  if (!options.memory_arena) SLIPWAY_TRY(ToStatus(api.DisableCpuMemArena(made.get())));
  // A name that was not handed over must not be looked up relative to the current folder.
  SLIPWAY_TRY(ToStatus(api.AddSessionConfigEntry(
      made.get(), "session.model_external_initializers_file_folder_path", "/dev/null")));
  SLIPWAY_TRY(AddExternalData(made.get(), bytes.external));
  return made;
}

/// Which side of a model a value is on, and how to ask the library about it.
struct Side {
  std::string_view noun;
  decltype(OrtApi::SessionGetInputCount) count;
  decltype(OrtApi::SessionGetInputName) name;
  decltype(OrtApi::SessionGetInputTypeInfo) type;
};

Side InputSide() {
  return {"input", Api().SessionGetInputCount, Api().SessionGetInputName,
          Api().SessionGetInputTypeInfo};
}

Side OutputSide() {
  return {"output", Api().SessionGetOutputCount, Api().SessionGetOutputName,
          Api().SessionGetOutputTypeInfo};
}

/// Initializers that are also inputs: the model runs with them unless a caller brings others.
Side OptionalInputSide() {
  return {"optional input", Api().SessionGetOverridableInitializerCount,
          Api().SessionGetOverridableInitializerName,
          Api().SessionGetOverridableInitializerTypeInfo};
}

Result<std::string> NameOf(const OrtSession& session, const Side& side, std::size_t index) {
  OrtAllocator* allocator = nullptr;
  SLIPWAY_TRY(ToStatus(Api().GetAllocatorWithDefaultOptions(&allocator)));
  char* text = nullptr;
  SLIPWAY_TRY(ToStatus(side.name(&session, index, allocator, &text)));
  std::string name = text;
  SLIPWAY_TRY(ToStatus(Api().AllocatorFree(allocator, text)));
  return name;
}

/// Sets type and shape of `spec` from what the library says of a tensor.
Status SetTypeAndShape(TensorSpec& spec, const OrtTensorTypeAndShapeInfo& tensor) {
  ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  SLIPWAY_TRY(ToStatus(Api().GetTensorElementType(&tensor, &element)));
  const std::optional<DataType> dtype = FromOrtType(element);
  if (!dtype) {
    return MakeError(ErrorCode::kUnimplemented, "element type {} of ONNX is not handled",
                     static_cast<int>(element));
  }
  std::size_t rank = 0;
  SLIPWAY_TRY(ToStatus(Api().GetDimensionsCount(&tensor, &rank)));
  spec.dtype = *dtype;
  spec.shape.resize(rank);
  return ToStatus(Api().GetDimensions(&tensor, spec.shape.data(), rank));
}

Status SetType(TensorSpec& spec, const OrtTypeInfo& info) {
  // Null for sequences, maps, optionals and sparse tensors.
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  SLIPWAY_TRY(ToStatus(Api().GetOnnxTypeFromTypeInfo(&info, &kind)));
  SLIPWAY_TRY(ToStatus(Api().CastTypeInfoToTensorInfo(&info, &tensor)));
  if (kind != ONNX_TYPE_TENSOR || tensor == nullptr) {
    return MakeError(ErrorCode::kUnimplemented,
                     "it is no tensor but a sequence, a map, an optional or sparse");
  }
  return SetTypeAndShape(spec, *tensor);
}

Result<TensorSpec> DescribeOne(const OrtSession& session, const Side& side, std::size_t index) {
  TensorSpec spec;
  SLIPWAY_TRY_ASSIGN(spec.name, NameOf(session, side, index));
  SLIPWAY_TRY_ASSIGN(const OrtOwned<OrtTypeInfo> info, MakeOrt<OrtTypeInfo>([&](OrtTypeInfo** out) {
                       return side.type(&session, index, out);
                     }));
  const Status set = SetType(spec, *info);
  if (!set) return Annotate(set.error(), "{} {:?}", side.noun, spec.name);
  return spec;
}

Result<std::vector<TensorSpec>> Describe(const OrtSession& session, const Side& side) {
  std::size_t count = 0;
  SLIPWAY_TRY(ToStatus(side.count(&session, &count)));
  std::vector<TensorSpec> specs;
  for (std::size_t i = 0; i < count; ++i) {
    SLIPWAY_TRY_ASSIGN(TensorSpec spec, DescribeOne(session, side, i));
    specs.push_back(std::move(spec));
  }
  return specs;
}

/// All optional inputs but those of types that we do not handle, which keep their defaults.
Result<std::vector<TensorSpec>> DescribeOptional(const OrtSession& session) {
  const Side side = OptionalInputSide();
  std::size_t count = 0;
  SLIPWAY_TRY(ToStatus(side.count(&session, &count)));
  std::vector<TensorSpec> specs;
  for (std::size_t i = 0; i < count; ++i) {
    if (Result<TensorSpec> spec = DescribeOne(session, side, i)) specs.push_back(*std::move(spec));
  }
  return specs;
}

}  // namespace

Result<std::unique_ptr<Session>> OnnxRuntimeSession::Create(const OrtEnvironment& environment,
                                                            const ModelBytes& bytes,
                                                            const SessionOptions& options) {
  SLIPWAY_TRY_ASSIGN(const OrtOwned<OrtSessionOptions> ort_options, ToOrtOptions(bytes, options));
  Result<OrtOwned<OrtSession>> loaded = MakeOrt<OrtSession>([&](OrtSession** out) {
    return Api().CreateSessionFromArray(&environment.env(), bytes.model.data(), bytes.model.size(),
                                        ort_options.get(), out);
  });
  if (!loaded) {
    return InvalidArgument("ONNX Runtime cannot run model {}: {}", bytes.name,
                           loaded.error().message());
  }
  Result<std::vector<TensorSpec>> inputs = Describe(**loaded, InputSide());
  if (!inputs) return Annotate(inputs.error(), "model {}", bytes.name);
  Result<std::vector<TensorSpec>> outputs = Describe(**loaded, OutputSide());
  if (!outputs) return Annotate(outputs.error(), "model {}", bytes.name);
  Result<std::vector<TensorSpec>> optional = DescribeOptional(**loaded);
  if (!optional) return Annotate(optional.error(), "model {}", bytes.name);
  return std::unique_ptr<Session>(new OnnxRuntimeSession(
      *std::move(loaded), {*std::move(inputs), *std::move(outputs), *std::move(optional)}));
}

std::unique_ptr<Executor> OnnxRuntimeSession::NewExecutor() const {
  return std::make_unique<OnnxRuntimeExecutor>(*this);
}

}  // namespace slipway::runtime
