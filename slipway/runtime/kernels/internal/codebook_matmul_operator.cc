// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/internal/codebook_matmul_operator.h"

#include "slipway/runtime/kernels/codebook_matmul.h"
#include "slipway/runtime/kernels/internal/operator_description.h"
#include "slipway/runtime/kernels/register_operators.h"

#include <array>
#include <exception>
#include <optional>

namespace slipway::kernels {
namespace {

enum Input : std::uint8_t { kX, kCodes, kCodebook, kScales, kBias, kColumnOrder, kInputCount };

// The numbers of `accuracy_level`, as com.microsoft.MatMulNBits has them.
constexpr std::size_t kAccuracyUnset = 0;
constexpr std::size_t kAccuracyFloat = 1;
constexpr std::size_t kAccuracyInt8 = 4;

// The first of the faults in `results`.
template <typename... Results>
std::optional<std::string> FirstFault(const Results&... results) {
  std::optional<std::string> fault;
  const auto note = [&](const auto& result) {
    if (!result && !fault) fault = result.error();
  };
  (note(results), ...);
  return fault;
}

std::expected<Arithmetic, std::string> ArithmeticOf(const OperatorDescription& node) {
  const auto level = node.Size("accuracy_level", kAccuracyUnset);
  if (!level) return std::unexpected(level.error());
  if (*level == kAccuracyUnset || *level == kAccuracyFloat) return Arithmetic::kFloat;
  if (*level == kAccuracyInt8) return Arithmetic::kInt8;
  return std::unexpected("attribute accuracy_level is " + std::to_string(*level) +
                         ": want 0 or 1 (float32) or 4 (int8)");
}

std::expected<Activation, std::string> ActivationOf(const OperatorDescription& node) {
  const std::string name = node.TextOr("activation", "");
  if (name.empty()) return Activation::kNone;
  if (name == "Relu") return Activation::kRelu;
  return std::unexpected("attribute activation is \"" + name + "\": want \"Relu\" or none");
}

std::expected<CodebookMatMul, std::string> Describe(const OperatorDescription& node) {
  const auto rows = node.Size("N");
  const auto columns = node.Size("K");
  const auto bits = node.Size("bits");
  const auto vector_length = node.Size("vector_length", 1);
  const auto stages = node.Size("stages", 1);
  const auto entries = node.Size("entries");
  const auto arithmetic = ArithmeticOf(node);
  const auto activation = ActivationOf(node);
  const auto codes = node.Bytes(kCodes);
  const auto codebook = node.Floats(kCodebook);
  const auto scales = node.Floats(kScales);
  const auto bias = node.Floats(kBias);
  const auto order = node.Words(kColumnOrder);
  if (const auto fault = FirstFault(rows, columns, bits, vector_length, stages, entries, arithmetic,
                                    activation, codes, codebook, scales, bias, order)) {
    return std::unexpected(*fault);
  }
  const CodebookWeight weight = {.rows = *rows,
                                 .columns = *columns,
                                 .bits = *bits,
                                 .vector_length = *vector_length,
                                 .stages = *stages,
                                 .entries = *entries,
                                 .codes = *codes,
                                 .codebook = *codebook,
                                 .scales = *scales,
                                 .column_order = *order};
  return CodebookMatMul::Create(
      weight, {.bias = *bias, .activation = *activation, .arithmetic = *arithmetic});
}

// No exception may get into the library that calls us.
template <typename Call>
OrtStatus* Guarded(const OrtApi& api, const Call& call) noexcept {
  try {
    return call();
  } catch (const std::exception& error) {
    return api.CreateStatus(ORT_FAIL, error.what());
  }
}

// One node of a model.
class CodebookMatMulKernel {
 public:
  CodebookMatMulKernel(const OrtApi& api, CodebookMatMul product)
      : api_(api), product_(std::move(product)) {}

  OrtStatus* Run(OrtKernelContext& context) const noexcept {
    return Guarded(api_, [&] { return Compute(context); });
  }

 private:
  OrtStatus* Compute(OrtKernelContext& context) const {
    const OrtValue* x = nullptr;
    if (OrtStatus* status = api_.KernelContext_GetInput(&context, kX, &x)) return status;
    std::vector<std::int64_t> shape;
    if (OrtStatus* status = ReadShape(*x, shape)) return status;
    if (shape.empty() || shape.back() != static_cast<std::int64_t>(product_.columns())) {
      const std::string fault = "CodebookMatMul: the last dimension of X is " +
                                (shape.empty() ? "missing" : std::to_string(shape.back())) +
                                ": want " + std::to_string(product_.columns());
      return api_.CreateStatus(ORT_INVALID_ARGUMENT, fault.c_str());
    }
    std::size_t inputs = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) inputs *= static_cast<std::size_t>(shape[i]);
    shape.back() = static_cast<std::int64_t>(product_.rows());
    OrtValue* y = nullptr;
    if (OrtStatus* status =
            api_.KernelContext_GetOutput(&context, 0, shape.data(), shape.size(), &y)) {
      return status;
    }
    return inputs == 0 ? nullptr : Multiply(context, *x, inputs, *y);
  }

  OrtStatus* ReadShape(const OrtValue& value, std::vector<std::int64_t>& shape) const {
    OrtTensorTypeAndShapeInfo* info = nullptr;
    if (OrtStatus* status = api_.GetTensorTypeAndShape(&value, &info)) return status;
    std::size_t rank = 0;
    OrtStatus* status = api_.GetDimensionsCount(info, &rank);
    shape.resize(rank);
    if (status == nullptr) status = api_.GetDimensions(info, shape.data(), rank);
    api_.ReleaseTensorTypeAndShapeInfo(info);
    return status;
  }

  OrtStatus* Multiply(const OrtKernelContext& context, const OrtValue& x, std::size_t inputs,
                      OrtValue& y) const {
    void* from = nullptr;
    void* to = nullptr;
    // The library's interface to read a tensor is the one to write it.
    OrtStatus* status = api_.GetTensorMutableData(const_cast<OrtValue*>(&x), &from);
    if (status == nullptr) status = api_.GetTensorMutableData(&y, &to);
    if (status != nullptr) return status;
    const auto in_pool = [&](std::size_t count, const std::function<void(std::size_t)>& task) {
      if (count == 1) return task(0);
      const auto run = [](void* data, std::size_t i) {
        (*static_cast<const std::function<void(std::size_t)>*>(data))(i);
      };
      // Without a number of batches the library weighs nothing and hands out one task at a time.
      status = api_.KernelContext_ParallelFor(&context, run, count, 0,
                                              const_cast<std::function<void(std::size_t)>*>(&task));
    };
    product_.Run(static_cast<const float*>(from), inputs, static_cast<float*>(to), in_pool);
    return status;
  }

  const OrtApi& api_;
  const CodebookMatMul product_;
};

OrtStatus* ORT_API_CALL CreateKernel(const OrtCustomOp* /*op*/, const OrtApi* api,
                                     const OrtKernelInfo* info, void** kernel) noexcept {
  return Guarded(*api, [&]() -> OrtStatus* {
    auto product = Describe(OperatorDescription(*api, *info));
    if (!product) {
      const std::string message = "CodebookMatMul: " + product.error();
      return api->CreateStatus(ORT_INVALID_ARGUMENT, message.c_str());
    }
    *kernel = new CodebookMatMulKernel(*api, *std::move(product));
    return nullptr;
  });
}

OrtStatus* ORT_API_CALL Compute(void* kernel, OrtKernelContext* context) noexcept {
  const auto* self = static_cast<CodebookMatMulKernel*>(kernel);
  return self->Run(*context);
}

ONNXTensorElementDataType InputType(std::size_t index) {
  switch (index) {
    case kCodes:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    case kCodebook:  // float32 or float16, which is looked at when the kernel is made.
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    case kColumnOrder:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16;
    default:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
}

OrtCustomOp MakeOperator() {
  OrtCustomOp op = {};
  op.version = ORT_API_VERSION;
  op.GetName = [](const OrtCustomOp*) noexcept { return kCodebookMatMul; };
  // Null is the provider that runs on the processor.
  op.GetExecutionProviderType = [](const OrtCustomOp*) noexcept -> const char* { return nullptr; };
  op.GetInputTypeCount = [](const OrtCustomOp*) noexcept -> std::size_t { return kInputCount; };
  op.GetInputType = [](const OrtCustomOp*, std::size_t index) noexcept { return InputType(index); };
  op.GetInputCharacteristic = [](const OrtCustomOp*, std::size_t index) noexcept {
    return index <= kCodebook ? INPUT_OUTPUT_REQUIRED : INPUT_OUTPUT_OPTIONAL;
  };
  op.GetInputMemoryType = [](const OrtCustomOp*, std::size_t) noexcept {
    return OrtMemTypeDefault;
  };
  op.GetOutputTypeCount = [](const OrtCustomOp*) noexcept -> std::size_t { return 1; };
  op.GetOutputType = [](const OrtCustomOp*, std::size_t) noexcept {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  };
  op.GetOutputCharacteristic = [](const OrtCustomOp*, std::size_t) noexcept {
    return INPUT_OUTPUT_REQUIRED;
  };
  op.GetStartVersion = [](const OrtCustomOp*) noexcept { return kOperatorVersion; };
  op.GetEndVersion = [](const OrtCustomOp*) noexcept { return kOperatorVersion; };
  op.CreateKernelV2 = CreateKernel;
  op.KernelComputeV2 = Compute;
  op.KernelDestroy = [](void* kernel) noexcept {
    delete static_cast<CodebookMatMulKernel*>(kernel);
  };
  return op;
}

}  // namespace

const OrtCustomOp& CodebookMatMulOperator() {
  static const OrtCustomOp made = MakeOperator();
  return made;
}

}  // namespace slipway::kernels
