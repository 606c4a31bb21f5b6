// SPDX-License-Identifier: Apache-2.0
// Trains the Fashion-MNIST example network and writes it as ONNX.
// Usage: train_cnn DATA_FOLDER OUT.onnx [EPOCHS]
#include "slipway/base/clock.h"
#include "slipway/dataset/idx.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/validate.h"

#include "examples/fashion/cnn.h"
#include "examples/fashion/cnn_to_onnx.h"
#include "examples/fashion/cnn_trainer.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace slipway::examples {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr int kThreads = 2;

torch::Tensor ToTorch(const Tensor& tensor) {
  const auto sizes = tensor.shape().sizes();
  torch::Tensor copy = torch::empty(at::IntArrayRef(sizes.data(), sizes.size()), torch::kUInt8);
  std::memcpy(copy.data_ptr(), tensor.bytes().data(), tensor.bytes().size());
  return copy;
}

Result<ImageSet> LoadImages(const std::filesystem::path& folder, const std::string& prefix) {
  SLIPWAY_TRY_ASSIGN(const Tensor images,
                     dataset::ReadIdx(folder / (prefix + "-images-idx3-ubyte.gz")));
  SLIPWAY_TRY_ASSIGN(const Tensor labels,
                     dataset::ReadIdx(folder / (prefix + "-labels-idx1-ubyte.gz")));
  return ImageSet{.images = ToTorch(images).unsqueeze(1).to(torch::kFloat) / 255,
                  .classes = ToTorch(labels).to(torch::kLong)};
}

Status Train(const std::filesystem::path& data, const std::filesystem::path& out, int epochs) {
  SLIPWAY_TRY_ASSIGN(const ImageSet train, LoadImages(data, "train"));
  SLIPWAY_TRY_ASSIGN(const ImageSet test, LoadImages(data, "t10k"));
  torch::manual_seed(kSeed);
  torch::set_num_threads(kThreads);
  CnnModule cnn;
  std::int64_t parameters = 0;
  for (const torch::Tensor& tensor : cnn.parameters()) parameters += tensor.numel();
  std::printf("%lld parameters, %lld training images, %d epochs, seed %llu, %d threads\n",
              static_cast<long long>(parameters), static_cast<long long>(train.images.size(0)),
              epochs, static_cast<unsigned long long>(kSeed), kThreads);
  const SteadyTime start = SystemClock().Now();
  TrainCnn(cnn, train, {.epochs = epochs}, [&](const EpochResult& result) {
    const std::chrono::duration<double> elapsed = SystemClock().Now() - start;
    std::printf("epoch %2d  loss %.4f  top-1 %.2f %%  %4.0f s\n", result.epoch, result.mean_loss,
                100 * TopOne(cnn, test), elapsed.count());
    std::fflush(stdout);
  });
  const graph::Model model = CnnToOnnx(cnn);
  SLIPWAY_TRY(graph::ValidateModel(model));
  return graph::WriteModel(model, out);
}

}  // namespace
}  // namespace slipway::examples

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: train_cnn DATA_FOLDER OUT.onnx [EPOCHS]\n");
    return 2;
  }
  const int epochs = argc > 3 ? std::atoi(argv[3]) : slipway::examples::TrainingOptions{}.epochs;
  const slipway::Status status = slipway::examples::Train(argv[1], argv[2], epochs);
  if (status) return 0;
  std::fprintf(stderr, "train_cnn: %s\n", status.error().message().c_str());
  return 1;
}
