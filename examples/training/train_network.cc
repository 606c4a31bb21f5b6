// SPDX-License-Identifier: Apache-2.0
// Trains an example network and writes it as ONNX.
// Usage: train_network NETWORK DATA_FOLDER OUT.onnx [EPOCHS]
#include "slipway/base/clock.h"
#include "slipway/dataset/idx.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/validate.h"

#include "examples/digits/lenet.h"
#include "examples/fashion/cnn.h"
#include "examples/fashion/depthwise.h"
#include "examples/fashion/encoder.h"
#include "examples/training/trainer.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

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

std::unique_ptr<Network> MakeNetwork(std::string_view name) {
  if (name == "cnn") return std::make_unique<FashionCnn>();
  if (name == "depthwise") return std::make_unique<DepthwiseNet>();
  if (name == "encoder") return std::make_unique<EncoderNet>();
  if (name == "lenet-300-100") return std::make_unique<Lenet300>();
  if (name == "lenet-5") return std::make_unique<Lenet5>();
  return nullptr;
}

struct Job {
  std::string network;
  std::filesystem::path data;
  std::filesystem::path out;
  int epochs = 0;  ///< 0: as many as the network wants.
};

Status Run(const Job& job) {
  torch::manual_seed(kSeed);
  torch::set_num_threads(kThreads);
  const std::unique_ptr<Network> network = MakeNetwork(job.network);
  if (network == nullptr) {
    return InvalidArgument(
        "network {:?} is unknown: want cnn, depthwise, encoder, lenet-300-100 or lenet-5",
        job.network);
  }
  SLIPWAY_TRY_ASSIGN(const ImageSet train, LoadImages(job.data, "train"));
  SLIPWAY_TRY_ASSIGN(const ImageSet test, LoadImages(job.data, "t10k"));
  TrainingOptions options = network->Training();
  if (job.epochs > 0) options.epochs = job.epochs;
  std::int64_t parameters = 0;
  for (const torch::Tensor& tensor : network->parameters()) parameters += tensor.numel();
  std::printf("%lld parameters, %lld training images, %d epochs, seed %llu, %d threads\n",
              static_cast<long long>(parameters), static_cast<long long>(train.images.size(0)),
              options.epochs, static_cast<unsigned long long>(kSeed), kThreads);
  const SteadyTime start = SystemClock().Now();
  Train(*network, train, options, [&](const EpochResult& result) {
    const std::chrono::duration<double> elapsed = SystemClock().Now() - start;
    std::printf("epoch %2d  loss %.4f  top-1 %.2f %%  %4.0f s\n", result.epoch, result.mean_loss,
                100 * TopOne(*network, test), elapsed.count());
    std::fflush(stdout);
  });
  const graph::Model model = network->ToOnnx();
  SLIPWAY_TRY(graph::ValidateModel(model));
  return graph::WriteModel(model, job.out);
}

}  // namespace
}  // namespace slipway::examples

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: train_network NETWORK DATA_FOLDER OUT.onnx [EPOCHS]\n");
    return 2;
  }
  const slipway::Status status =
      slipway::examples::Run({.network = argv[1],
                              .data = argv[2],
                              .out = argv[3],
                              .epochs = argc > 4 ? std::atoi(argv[4]) : 0});
  if (status) return 0;
  std::fprintf(stderr, "train_network: %s\n", status.error().message().c_str());
  return 1;
}
