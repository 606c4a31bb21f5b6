// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/warmup.h"

#include "slipway/base/files.h"
#include "slipway/base/mutex.h"
#include "slipway/serving/internal/request_check.h"

#include <cstring>
#include <optional>
#include <utility>

namespace slipway::serving {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30U;

Error TooManyBytes() {
  return MakeError(ErrorCode::kResourceExhausted, "its inputs take more than {} bytes", kMaxBytes);
}

/// Bytes of `count` elements; of empty strings for kBytes.
Result<std::size_t> BytesOf(DataType dtype, std::int64_t count) {
  const auto elements = static_cast<std::uint64_t>(count);
  const std::optional<std::uint64_t> bytes = dtype == DataType::kBytes
                                                 ? ByteSizeOf(DataType::kUint32, elements)
                                                 : ByteSizeOf(dtype, elements);
  if (bytes && *bytes <= kMaxBytes) return static_cast<std::size_t>(*bytes);
  return TooManyBytes();
}

/// Numbers that look random and are the same at each start.
class RandomNumbers {
 public:
  std::uint32_t Next() {
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    return state_ >> 8U;
  }
  double NextFraction() { return Next() / static_cast<double>(1U << 24U); }

 private:
  std::uint32_t state_ = 1;
};

template <typename T>
void Put(std::string& bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
}

/// Fills `bytes`, which are zero, with `count` random elements.
void FillRandom(std::string& bytes, DataType dtype, std::size_t count) {
  RandomNumbers numbers;
  constexpr std::uint16_t kHalfOne = 0x3c00;
  constexpr std::uint16_t kBrainOne = 0x3f80;
  for (std::size_t i = 0; i < count; ++i) {
    const bool one = (numbers.Next() & 1U) != 0;
    if (dtype == DataType::kFloat32) Put(bytes, i, static_cast<float>(numbers.NextFraction()));
    if (dtype == DataType::kFloat64) Put(bytes, i, numbers.NextFraction());
    if (dtype == DataType::kFloat16 && one) Put(bytes, i, kHalfOne);
    if (dtype == DataType::kBfloat16 && one) Put(bytes, i, kBrainOne);
    const bool is_whole = dtype <= DataType::kInt64;
    // Little endian: the first byte of a one is a one.
    if (is_whole && one) bytes[i * ElementBits(dtype) / 8] = 1;
  }
}

/// The bytes of a file, as often as there are rows.
Result<std::string> ReadRows(const std::filesystem::path& path, std::int64_t rows) {
  SLIPWAY_TRY_ASSIGN(const Folder folder, Folder::Open(path.parent_path()));
  SLIPWAY_TRY_ASSIGN(const FileDescriptor descriptor, folder.OpenFile(path.filename()));
  SLIPWAY_TRY_ASSIGN(const MappedFile file, MappedFile::Map(descriptor, path, kMaxBytes));
  const std::string_view row = AsText(file.bytes());
  if (!row.empty() && static_cast<std::uint64_t>(rows) > kMaxBytes / row.size()) {
    return TooManyBytes();
  }
  std::string bytes;
  for (std::int64_t i = 0; i < rows && !row.empty(); ++i) bytes += row;
  return bytes;
}

Result<WarmupSample::Input> MakeInput(const WarmupInput& config, std::optional<std::int64_t> rows,
                                      const std::filesystem::path& model_folder) {
  std::vector<std::int64_t> sizes = config.dims;
  if (rows) sizes.insert(sizes.begin(), *rows);
  SLIPWAY_TRY_ASSIGN(const Shape shape, Shape::Create(sizes));
  WarmupSample::Input input{
      .name = config.name, .dtype = config.dtype, .shape = shape, .bytes = {}};
  if (const auto* const file = std::get_if<FileData>(&config.data)) {
    SLIPWAY_TRY_ASSIGN(input.bytes,
                       ReadRows(model_folder / "warmup" / file->name, rows.value_or(1)));
    return input;
  }
  SLIPWAY_TRY_ASSIGN(const std::size_t size, BytesOf(config.dtype, shape.element_count()));
  input.bytes.assign(size, '\0');
  const bool is_random = std::holds_alternative<RandomData>(config.data);
  if (is_random) {
    FillRandom(input.bytes, config.dtype, static_cast<std::size_t>(shape.element_count()));
  }
  return input;
}

/// The inputs in the model's order, checked as those of any request.
Result<std::vector<TensorView>> ViewsOf(const WarmupSample& sample,
                                        const ModelSignature& signature) {
  std::vector<InputTensor> inputs;
  for (const WarmupSample::Input& input : sample.inputs) {
    const TensorView view{input.dtype, input.shape, AsBytes(input.bytes)};
    const Status fits = CheckByteCount(view);
    if (!fits) return Annotate(fits.error(), "input {:?}", input.name);
    inputs.push_back({input.name, view});
  }
  return OrderInputs(signature, inputs);
}

/// Waits for the answer to one request.
class Answer {
 public:
  void Set(Status status) {
    const MutexLock lock(mutex_);
    status_ = std::move(status);
    changed_.NotifyAll();
  }
  Status Await() {
    MutexLock lock(mutex_);
    while (!status_) changed_.Wait(lock);
    return *std::move(status_);
  }

 private:
  Mutex mutex_;
  ConditionVariable changed_;
  std::optional<Status> status_ SLIPWAY_GUARDED_BY(mutex_);
};

/// Runs `request` and waits for its answer.
Status RunOnce(QueuedRequest request, Batcher& batcher) {
  Answer answer;
  request.done = [&answer](const Result<std::vector<SharedTensor>>& outputs) {
    answer.Set(outputs ? Status() : Status(outputs.error()));
  };
  SLIPWAY_TRY(batcher.Submit(std::move(request)));
  while (batcher.RunOnThisThread() == WorkLeft::kHere) {
  }
  return answer.Await();
}

}  // namespace

Result<WarmupSample> MakeWarmupSample(const WarmupConfig& warmup, const ModelSignature& signature,
                                      const std::filesystem::path& model_folder) {
  std::optional<std::int64_t> rows;
  if (signature.max_batch_size > 0) rows = warmup.batch_size;
  if (!rows && warmup.batch_size > 1) {
    return InvalidArgument("batch_size is {}, but the model does not batch", warmup.batch_size);
  }
  WarmupSample sample{.config = &warmup, .inputs = {}};
  std::uint64_t bytes = 0;
  for (const WarmupInput& config : warmup.inputs) {
    Result<WarmupSample::Input> input = MakeInput(config, rows, model_folder);
    if (!input) return Annotate(input.error(), "input {:?}", config.name);
    bytes += input->bytes.size();
    if (bytes > kMaxBytes) return TooManyBytes();
    sample.inputs.push_back(*std::move(input));
  }
  const Result<std::vector<TensorView>> views = ViewsOf(sample, signature);
  if (!views) return views.error();
  return sample;
}

Status RunWarmup(const WarmupSample& sample, const WarmupTarget& target) {
  SLIPWAY_TRY_ASSIGN(const std::vector<TensorView> inputs, ViewsOf(sample, target.signature));
  const auto runs = static_cast<std::size_t>(sample.config->count) * target.instance_count;
  for (std::size_t i = 0; i < runs; ++i) {
    QueuedRequest request;
    request.inputs = inputs;
    request.arrived = target.clock.Now();
    SLIPWAY_TRY(RunOnce(std::move(request), target.batcher));
  }
  return {};
}

}  // namespace slipway::serving
