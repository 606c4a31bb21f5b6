// SPDX-License-Identifier: Apache-2.0
// A minimal Triton backend: runs model.onnx (one float32 input, one float32 output) through ONNX
// Runtime on one thread and concatenates the requests of a batch along the first dimension.
#include "triton_abi.h"
#include <onnxruntime_cxx_api.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using Shape = std::vector<std::int64_t>;

struct Model {
  explicit Model(Ort::Session loaded) : session(std::move(loaded)) {
    Ort::AllocatorWithDefaultOptions allocator;
    input = session.GetInputNameAllocated(0, allocator).get();
    output = session.GetOutputNameAllocated(0, allocator).get();
  }
  Ort::Session session;
  std::string input;
  std::string output;
  std::vector<char> gathered;
};

struct RequestInput {
  TRITONBACKEND_Input* handle = nullptr;
  Shape shape;
  std::uint64_t bytes = 0;
  std::uint32_t buffers = 0;
};

std::uint64_t NowNanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

void Check(TritonStatus status) {
  if (status == nullptr) return;
  const std::string message = TRITONSERVER_ErrorMessage(status);
  TRITONSERVER_ErrorDelete(status);
  throw std::runtime_error(message);
}

RequestInput InputOf(TRITONBACKEND_Request* request) {
  RequestInput input;
  const char* name = nullptr;
  const std::int64_t* sizes = nullptr;
  std::uint32_t type = 0;
  std::uint32_t rank = 0;
  Check(TRITONBACKEND_RequestInputByIndex(request, 0, &input.handle));
  Check(TRITONBACKEND_InputProperties(input.handle, &name, &type, &sizes, &rank, &input.bytes,
                                      &input.buffers));
  if (type != triton_abi::kTypeFp32) throw std::invalid_argument("the input must be FP32");
  input.shape.assign(sizes, sizes + rank);
  return input;
}

std::pair<const char*, std::uint64_t> BufferOf(const RequestInput& input, std::uint32_t index) {
  const void* base = nullptr;
  std::uint64_t bytes = 0;
  int memory = triton_abi::kMemoryCpu;
  std::int64_t memory_id = 0;
  Check(TRITONBACKEND_InputBuffer(input.handle, index, &base, &bytes, &memory, &memory_id));
  return {static_cast<const char*>(base), bytes};
}

// The bytes of all inputs in one block; copies unless there is a single buffer.
const char* Gather(Model& model, const std::vector<RequestInput>& inputs, std::uint64_t total) {
  if (inputs.size() == 1 && inputs[0].buffers == 1) return BufferOf(inputs[0], 0).first;
  if (model.gathered.size() < total) model.gathered.resize(total);
  char* at = model.gathered.data();
  for (const RequestInput& input : inputs) {
    for (std::uint32_t index = 0; index < input.buffers; ++index) {
      const auto [base, bytes] = BufferOf(input, index);
      std::memcpy(at, base, bytes);
      at += bytes;
    }
  }
  return model.gathered.data();
}

std::uint64_t Product(Shape::const_iterator first, Shape::const_iterator last) {
  return std::accumulate(first, last, std::uint64_t{1}, std::multiplies<std::uint64_t>());
}

void Respond(const Model& model, TRITONBACKEND_Request* request, const Shape& shape,
             const float* data) {
  TRITONBACKEND_Response* response = nullptr;
  TRITONBACKEND_Output* output = nullptr;
  void* buffer = nullptr;
  int memory = triton_abi::kMemoryCpu;
  std::int64_t memory_id = 0;
  const std::uint64_t bytes = sizeof(float) * Product(shape.begin(), shape.end());
  Check(TRITONBACKEND_ResponseNew(&response, request));
  Check(TRITONBACKEND_ResponseOutput(response, &output, model.output.c_str(), triton_abi::kTypeFp32,
                                     shape.data(), static_cast<std::uint32_t>(shape.size())));
  Check(TRITONBACKEND_OutputBuffer(output, &buffer, bytes, &memory, &memory_id));
  std::memcpy(buffer, data, bytes);
  Check(TRITONBACKEND_ResponseSend(response, triton_abi::kResponseFinal, nullptr));
}

Ort::Value Run(Model& model, const char* data, std::uint64_t bytes, const Shape& shape) {
  static const Ort::MemoryInfo kCpu =
      Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value input =
      Ort::Value::CreateTensor(kCpu, const_cast<char*>(data), bytes, shape.data(), shape.size(),
                               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  const char* input_name = model.input.c_str();
  const char* output_name = model.output.c_str();
  return std::move(
      model.session.Run(Ort::RunOptions{nullptr}, &input_name, &input, 1, &output_name, 1)[0]);
}

void Execute(Model& model, TRITONBACKEND_ModelInstance* instance,
             const std::vector<TRITONBACKEND_Request*>& requests) {
  const std::uint64_t start = NowNanoseconds();
  std::vector<RequestInput> inputs;
  std::uint64_t total = 0;
  std::int64_t rows = 0;
  for (TRITONBACKEND_Request* request : requests) {
    inputs.push_back(InputOf(request));
    total += inputs.back().bytes;
    rows += inputs.back().shape[0];
  }
  Shape shape = inputs[0].shape;
  shape[0] = rows;

  const char* data = Gather(model, inputs, total);
  const std::uint64_t compute_start = NowNanoseconds();
  const Ort::Value output = Run(model, data, total, shape);
  const std::uint64_t compute_end = NowNanoseconds();

  shape = output.GetTensorTypeAndShapeInfo().GetShape();
  const std::uint64_t row_size = Product(shape.begin() + 1, shape.end());
  const float* values = output.GetTensorData<float>();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    shape[0] = inputs[i].shape[0];
    Respond(model, requests[i], shape, values);
    values += static_cast<std::uint64_t>(shape[0]) * row_size;
  }
  const std::uint64_t end = NowNanoseconds();
  for (TRITONBACKEND_Request* request : requests) {
    TRITONBACKEND_ModelInstanceReportStatistics(instance, request, true, start, compute_start,
                                                compute_end, end);
  }
  TRITONBACKEND_ModelInstanceReportBatchStatistics(instance, static_cast<std::uint64_t>(rows),
                                                   start, compute_start, compute_end, end);
}

void Fail(TRITONBACKEND_Request* request, const std::string& message) {
  TRITONBACKEND_Response* response = nullptr;
  if (TRITONBACKEND_ResponseNew(&response, request) != nullptr) return;
  TRITONBACKEND_ResponseSend(response, triton_abi::kResponseFinal,
                             TRITONSERVER_ErrorNew(triton_abi::kErrorInternal, message.c_str()));
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] TritonStatus TRITONBACKEND_ModelInitialize(
    TRITONBACKEND_Model* handle) try {
  static Ort::Env env(ORT_LOGGING_LEVEL_WARNING, "triton");
  int artifact = 0;
  const char* location = nullptr;
  std::uint64_t version = 0;
  Check(TRITONBACKEND_ModelRepository(handle, &artifact, &location));
  Check(TRITONBACKEND_ModelVersion(handle, &version));
  const std::string path = std::string(location) + "/" + std::to_string(version) + "/model.onnx";
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1).SetInterOpNumThreads(1);
  auto model = std::make_unique<Model>(Ort::Session(env, path.c_str(), options));
  Check(TRITONBACKEND_ModelSetState(handle, model.get()));
  model.release();  // TRITONBACKEND_ModelFinalize deletes it.
  return nullptr;
} catch (const std::exception& error) {
  return TRITONSERVER_ErrorNew(triton_abi::kErrorInternal, error.what());
}

[[gnu::visibility("default")]] TritonStatus TRITONBACKEND_ModelFinalize(
    TRITONBACKEND_Model* handle) {
  void* state = nullptr;
  if (TritonStatus status = TRITONBACKEND_ModelState(handle, &state)) return status;
  delete static_cast<Model*>(state);
  return nullptr;
}

[[gnu::visibility("default")]] TritonStatus TRITONBACKEND_ModelInstanceExecute(
    TRITONBACKEND_ModelInstance* instance, TRITONBACKEND_Request** requests, std::uint32_t count) {
  TRITONBACKEND_Model* handle = nullptr;
  void* state = nullptr;
  if (TritonStatus status = TRITONBACKEND_ModelInstanceModel(instance, &handle)) return status;
  if (TritonStatus status = TRITONBACKEND_ModelState(handle, &state)) return status;
  const std::vector<TRITONBACKEND_Request*> batch(requests, requests + count);
  std::string message;
  try {
    Execute(*static_cast<Model*>(state), instance, batch);
  } catch (const std::exception& error) {
    message = error.what();
  }
  for (TRITONBACKEND_Request* request : batch) {
    if (!message.empty()) Fail(request, message);
    TRITONBACKEND_RequestRelease(request, triton_abi::kRequestReleaseAll);
  }
  return nullptr;
}
}
