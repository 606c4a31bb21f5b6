// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/gradient_graph.h"

#include "slipway/base/format.h"
#include "slipway/optimize/codebook/internal/because.h"
#include "slipway/optimize/codebook/internal/gradient_rules.h"
#include "slipway/optimize/codebook/internal/gradient_writer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace slipway::codebook {
namespace {

class GradientBuilder {
 public:
  GradientBuilder(const graph::Model& model, std::span<const std::string> parameters)
      : model_(model), graph_(model_.graph), parameters_(parameters), writer_(model_, parameters) {}

  std::expected<graph::Model, std::string> Build() {
    if (graph_.outputs.size() != 1) {
      return Because(fmt::format("the model has {} outputs", graph_.outputs.size()));
    }
    if (graph_.outputs[0].dtype != DataType::kFloat32) {
      return Because("the output of the model is not float32");
    }
    const std::string distance = Distance();
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      // A copy, because rules may give the node in the graph another output.
      const graph::Node node = graph_.nodes[i];
      if (Derived done = HandBack(node); !done) return Because(done.error());
    }
    return Finish(distance);
  }

 private:
  // Begins with the derivative by the output, or by what goes into the softmax that makes it.
  std::string Distance() {
    const graph::ValueInfo output = graph_.outputs[0];
    target_ = output;
    target_.name = writer_.NewName("target");
    if (!output.shape || output.shape->size() != 2) {
      const std::string off = writer_.Add("Sub", {output.name, target_.name});
      writer_.Take(output.name, off);
      const std::string sum =
          writer_.Add("ReduceSumSquare", {off}, {{"keepdims", std::int64_t{0}}});
      return writer_.Add("Mul", {sum, writer_.Number(0.5F)});
    }
    std::string logits = output.name;
    std::string wanted = target_.name;
    const auto made = std::ranges::find_if(graph_.nodes, [&](const graph::Node& node) {
      return !node.outputs.empty() && node.outputs[0] == output.name;
    });
    if (made != graph_.nodes.end() && made->op_type == "Softmax") {
      logits = made->inputs[0];
    } else {
      wanted = writer_.Add("Softmax", {target_.name}, {{"axis", std::int64_t{1}}});
    }
    const std::string given = writer_.Add("Softmax", {logits}, {{"axis", std::int64_t{1}}});
    writer_.Take(logits, writer_.Add("Sub", {given, wanted}));
    // Probabilities that are zero in float32 have a logarithm then, and their term vanishes.
    constexpr float kLeast = 1e-30F;
    const std::string least = writer_.Number(kLeast);
    const std::string ratio =
        writer_.Add("Sub", {writer_.Add("Log", {writer_.Add("Max", {wanted, least})}),
                            writer_.Add("Log", {writer_.Add("Max", {given, least})})});
    return writer_.Add("ReduceSum", {writer_.Add("Mul", {wanted, ratio})},
                       {{"keepdims", std::int64_t{0}}});
  }

  // Hands the derivative by what a node makes on to what it takes in.
  Derived HandBack(const graph::Node& node) {
    const auto has_gradient = [&](const std::string& value) {
      return writer_.FindGradient(value) != nullptr;
    };
    if (!writer_.IsAnyActive(node.inputs) || !std::ranges::any_of(node.outputs, has_gradient)) {
      return {};
    }
    if (std::any_of(node.outputs.begin() + 1, node.outputs.end(), has_gradient)) {
      return Because(fmt::format("no derivative is known of a second output of {}", node.op_type));
    }
    return Differentiate(writer_, node, std::string(*writer_.FindGradient(node.outputs[0])));
  }

  std::expected<graph::Model, std::string> Finish(const std::string& distance) {
    graph_.inputs.push_back(target_);
    graph_.outputs = {{.name = distance, .dtype = DataType::kFloat32, .shape = std::nullopt}};
    for (const std::string& parameter : parameters_) {
      const std::string* const gradient = writer_.FindGradient(parameter);
      if (gradient == nullptr) {
        return Because(fmt::format("the output does not depend on \"{}\"", parameter));
      }
      graph_.outputs.push_back({.name = writer_.Add("Identity", {*gradient}),
                                .dtype = DataType::kFloat32,
                                .shape = std::nullopt});
      const Tensor& value = *graph_.FindInitializer(parameter);
      graph::ValueInfo input = {
          .name = parameter, .dtype = DataType::kFloat32, .shape = std::vector<graph::Dimension>()};
      for (const std::int64_t size : value.shape().sizes()) {
        input.shape->push_back({.size = size, .name = ""});
      }
      graph_.inputs.push_back(std::move(input));
      graph_.initializers.erase(parameter);
      graph_.initializer_extras.erase(parameter);
    }
    std::ranges::move(writer_.TakeNodes(), std::back_inserter(graph_.nodes));
    return std::move(model_);
  }

  graph::Model model_;
  graph::Graph& graph_;
  std::span<const std::string> parameters_;
  GradientWriter writer_;
  graph::ValueInfo target_;
};

}  // namespace

std::expected<graph::Model, std::string> WithGradients(const graph::Model& model,
                                                       std::span<const std::string> parameters) {
  return GradientBuilder(model, parameters).Build();
}

}  // namespace slipway::codebook
