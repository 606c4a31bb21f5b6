// SPDX-License-Identifier: Apache-2.0
// Quantizes the models that ONNX tests its operators with, most of which have one node: each must
// mean the same afterwards, or be refused with the reason.
#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/quantize_dynamic.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/quantize/quantize_weights.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::quantize {
namespace {

const std::filesystem::path kModels = "/usr/share/libonnx-testdata/data";
constexpr double kMinSnrDb = 20;

// A field of a protobuf message that holds bytes.
std::string BytesField(unsigned number, std::string_view bytes) {
  constexpr unsigned kBytesType = 2;
  constexpr unsigned kMore = 0x80;
  constexpr unsigned kLowBits = 7;
  std::string field(1, static_cast<char>(number << 3U | kBytesType));
  std::size_t size = bytes.size();
  for (; size >= kMore; size >>= kLowBits) field += static_cast<char>(size % kMore | kMore);
  field += static_cast<char>(size);
  return field.append(bytes);
}

// The tensor in the TensorProto file at `path`, read as the initializer of a model.
Result<graph::ConstantTensor> ReadTensor(const std::filesystem::path& path) {
  constexpr std::uint64_t kMaxBytes = 64U << 20U;
  SLIPWAY_TRY_ASSIGN(const std::string proto, ReadFile(path, kMaxBytes));
  // Of a field that is there twice the last one counts.
  const std::string tensor = proto + BytesField(8, "t");
  const std::string graph = BytesField(2, "g") + BytesField(5, tensor);
  const std::string opset = std::string("\x10\x0d", 2);
  const std::string model =
      std::string("\x08\x08", 2) + BytesField(7, graph) + BytesField(8, opset);
  SLIPWAY_TRY_ASSIGN(const graph::Model parsed, graph::ParseModel(AsBytes(model)));
  const auto found = parsed.graph.initializers.find("t");
  if (found == parsed.graph.initializers.end()) return NotFound("no tensor in {}", path.string());
  return found->second;
}

// A model and what it is tested on.
struct OperatorCase {
  graph::Model model;
  std::vector<graph::ConstantTensor> inputs;
};

Result<OperatorCase> ReadCase(const std::filesystem::path& folder) {
  OperatorCase result;
  SLIPWAY_TRY_ASSIGN(result.model, graph::ReadModel(folder / "model.onnx"));
  for (std::size_t i = 0; i < result.model.graph.inputs.size(); ++i) {
    SLIPWAY_TRY_ASSIGN(graph::ConstantTensor input,
                       ReadTensor(folder / "test_data_set_0" / fmt::format("input_{}.pb", i)));
    result.inputs.push_back(std::move(input));
  }
  return result;
}

// `from` with all inputs but the first fixed, as weights are; nothing if it has no others.
std::optional<OperatorCase> WithConstants(const OperatorCase& from) {
  if (from.inputs.size() < 2) return std::nullopt;
  OperatorCase fixed = from;
  std::vector<graph::ValueInfo>& inputs = fixed.model.graph.inputs;
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    fixed.model.graph.initializers[inputs[i].name] = from.inputs[i];
  }
  inputs.resize(1);
  fixed.inputs.resize(1);
  return fixed;
}

std::vector<TensorView> ViewsOf(const OperatorCase& from) {
  std::vector<TensorView> views;
  for (const graph::ConstantTensor& input : from.inputs) views.push_back(input->view());
  return views;
}

// Takes ranges from one call.
class OneCallCalibrator final : public Calibrator {
 public:
  OneCallCalibrator(const runtime::Engine& engine, const OperatorCase& from)
      : engine_(engine), case_(from) {}

  Result<RangesByValue> Ranges(const graph::Model& model,
                               std::span<const std::string> values) override {
    graph::Model watched = model;
    watched.graph.outputs.clear();
    RangesByValue ranges;
    for (const std::string& value : values) {
      const auto input = std::ranges::find(model.graph.inputs, value, &graph::ValueInfo::name);
      if (input != model.graph.inputs.end()) {
        const auto index = static_cast<std::size_t>(input - model.graph.inputs.begin());
        ranges[value] = RangeOf(case_.inputs[index]->elements<float>());
      } else {
        watched.graph.outputs.push_back({.name = value, .dtype = DataType::kFloat32, .shape = {}});
      }
    }
    if (watched.graph.outputs.empty()) return ranges;
    SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(watched));
    SLIPWAY_TRY_ASSIGN(const auto session, engine_.LoadBytes(AsBytes(bytes), "operator", {}));
    SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                       session->NewExecutor()->Run(ViewsOf(case_), {}));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      ranges[watched.graph.outputs[i].name] = RangeOf(outputs[i].view.elements<float>());
    }
    return ranges;
  }

  Result<ChannelStatistics> Channels(const graph::Model& /*model*/,
                                     std::span<const ChannelValue> /*values*/) override {
    return ChannelStatistics{};
  }

 private:
  static ValueRange RangeOf(std::span<const float> values) {
    if (values.empty()) return {};
    const auto [low, high] = std::ranges::minmax(values);
    return {.min = low, .max = high};
  }

  const runtime::Engine& engine_;
  const OperatorCase& case_;
};

// What became of the models by one method; the others stayed as they were.
struct Counts {
  int models = 0;
  int quantized = 0;
  int refused = 0;
};

class OnnxOperatorsTest : public ::testing::TestWithParam<std::string> {
 protected:
  using Method = std::function<Result<QuantizeReport>(graph::Model&, const OperatorCase&)>;

  void SetUp() override {
    if (!std::filesystem::exists(kModels)) GTEST_SKIP() << "no models at " << kModels;
    ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({}));
    methods_["static"] = [this](graph::Model& model, const OperatorCase& from) {
      OneCallCalibrator calibrator(*engine_, from);
      return QuantizeStatic(model, calibrator, {});
    };
    methods_["dynamic"] = [](graph::Model& model, const OperatorCase&) {
      return QuantizeDynamic(model, {});
    };
    methods_["weight-only"] = [](graph::Model& model, const OperatorCase&) {
      return QuantizeWeightsOnly(model, nullptr, {.format = {.bits = 8}});
    };
  }

  void Check(const OperatorCase& from, const std::string& name) {
    for (const auto& [method, quantize] : methods_) {
      SCOPED_TRACE(fmt::format("{} {}", name, method));
      Counts& counts = counts_[method];
      ++counts.models;
      graph::Model quantized = from.model;
      const Result<QuantizeReport> report = quantize(quantized, from);
      if (!report) {
        ++counts.refused;
        EXPECT_NE(report.error().code(), ErrorCode::kInternal) << report.error().message();
        EXPECT_FALSE(report.error().message().empty());
        ExpectUnchanged(from.model, quantized);
      } else if (IsUnchanged(*report)) {
        ExpectUnchanged(from.model, quantized);
      } else {
        ++counts.quantized;
        ExpectSameMeaning(from, quantized);
      }
    }
  }

  static bool IsUnchanged(const QuantizeReport& report) {
    return std::ranges::any_of(report.notes, [](const std::string& note) {
      return note.find("stays as it is") != std::string::npos;
    });
  }

  static void ExpectUnchanged(const graph::Model& before, const graph::Model& after) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes_before, graph::SerializeModel(before));
    ASSERT_OK_AND_ASSIGN(const std::string bytes_after, graph::SerializeModel(after));
    EXPECT_TRUE(bytes_before == bytes_after) << "the model has changed";
  }

  void ExpectSameMeaning(const OperatorCase& from, const graph::Model& quantized) {
    const auto outputs =
        VerifyOnInputs(*engine_, {from.model, quantized}, ViewsOf(from), kMinSnrDb);
    EXPECT_TRUE(outputs) << outputs.error().message();
  }

  std::unique_ptr<runtime::Engine> engine_;
  std::map<std::string, Method> methods_;
  std::map<std::string, Counts> counts_;
};

TEST_P(OnnxOperatorsTest, MeanTheSameOrAreRefused) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kModels / GetParam())) {
    const std::string name = entry.path().filename().string();
    const Result<OperatorCase> from = ReadCase(entry.path());
    // Sequences, optional values and types that no tensor of ours has.
    if (!from) continue;
    ++read;
    Check(*from, name);
    if (const auto fixed = WithConstants(*from)) Check(*fixed, name + " with constants");
  }
  EXPECT_GT(read, 5);
  for (const auto& [method, counts] : counts_) {
    RecordProperty(method + "_models", counts.models);
    RecordProperty(method + "_quantized", counts.quantized);
    RecordProperty(method + "_refused", counts.refused);
  }
  // Matrix products by constants; weights of operators' tests are too small to store in few bits.
  if (GetParam() == "node") {
    EXPECT_GE(counts_["static"].quantized, 5);
    EXPECT_GE(counts_["dynamic"].quantized, 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, OnnxOperatorsTest,
                         ::testing::Values("node", "simple", "pytorch-operator",
                                           "pytorch-converted"),
                         [](const auto& folder) {
                           std::string name = folder.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace slipway::quantize
