// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_config.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""us;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(ModelConfigTest, EmptyTextLeavesEverythingToTheModel) {
  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(""));

  EXPECT_EQ(config.name, "");
  EXPECT_EQ(config.max_batch_size, 0);
  EXPECT_THAT(config.inputs, IsEmpty());
  EXPECT_EQ(std::get<LatestVersions>(config.version_policy).count, 1U);
  EXPECT_THAT(config.instance_groups, IsEmpty());
  EXPECT_EQ(config.model_filename, "model.onnx");
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(ModelConfigTest, ReadsWhatARealFileHolds) {
  constexpr std::string_view kText = R"(
    # A comment.
    name: "fash" 'ion'
    platform: "onnxruntime_onnx"
    backend: "onnxruntime"
    max_batch_size: 32
    input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, 28, 28 ] } ]
    output: { name: "logits", data_type: TYPE_FP32, dims: 10 }
    output { name: "words" data_type: TYPE_STRING dims: -1 }
    version_policy { specific { versions: [ 1, 3 ] } }
    instance_group [ { count: 2 kind: KIND_CPU }, { } ]
    dynamic_batching {
      preferred_batch_size: [ 16, 8 ]
      max_queue_delay_microseconds: 250
      default_queue_policy { default_timeout_microseconds: 9000 max_queue_size: 77 }
    }
    default_model_filename: "net.onnx"
  )";

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(kText));

  EXPECT_EQ(config.name, "fashion");
  EXPECT_EQ(config.max_batch_size, 32);
  ASSERT_THAT(config.inputs, SizeIs(1));
  EXPECT_EQ(config.inputs[0].name, "image");
  EXPECT_EQ(config.inputs[0].dtype, DataType::kFloat32);
  EXPECT_THAT(config.inputs[0].dims, ElementsAre(1, 28, 28));
  ASSERT_THAT(config.outputs, SizeIs(2));
  EXPECT_EQ(config.outputs[1].dtype, DataType::kBytes);
  EXPECT_THAT(config.outputs[1].dims, ElementsAre(-1));
  EXPECT_THAT(std::get<SpecificVersions>(config.version_policy).versions,
              ElementsAre(VersionId(1), VersionId(3)));
  ASSERT_THAT(config.instance_groups, SizeIs(2));
  EXPECT_EQ(config.instance_groups[0].count, 2U);
  EXPECT_EQ(config.instance_groups[1].count, 1U);
  EXPECT_THAT(config.dynamic_batching.preferred_batch_sizes, ElementsAre(8, 16));
  EXPECT_EQ(config.dynamic_batching.max_queue_delay, 250us);
  EXPECT_EQ(config.dynamic_batching.queue_policy.timeout, 9000us);
  EXPECT_EQ(config.dynamic_batching.queue_policy.max_queue_size, 77U);
  EXPECT_THAT(config.dynamic_batching.priority_levels, IsEmpty());
  EXPECT_EQ(config.model_filename, "net.onnx");
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(ModelConfigTest, ReadsEveryVersionPolicy) {
  ASSERT_OK_AND_ASSIGN(const ModelConfig all, ParseModelConfig("version_policy: { all {} }"));
  ASSERT_OK_AND_ASSIGN(const ModelConfig latest,
                       ParseModelConfig("version_policy { latest { num_versions: 2 } }"));
  ASSERT_OK_AND_ASSIGN(const ModelConfig unsaid, ParseModelConfig("version_policy { latest {} }"));

  EXPECT_TRUE(std::holds_alternative<AllVersions>(all.version_policy));
  EXPECT_EQ(std::get<LatestVersions>(latest.version_policy).count, 2U);
  EXPECT_EQ(std::get<LatestVersions>(unsaid.version_policy).count, 1U);
}

TEST(ModelConfigTest, GivesEachPriorityLevelItsPolicyOrTheDefault) {
  constexpr std::string_view kText = R"(
    dynamic_batching {
      priority_levels: 3
      default_priority_level: 2
      default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 100 }
      priority_queue_policy { key: 3 value { max_queue_size: 4 allow_timeout_override: true } }
    }
  )";

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(kText));

  const std::vector<QueuePolicy>& levels = config.dynamic_batching.priority_levels;
  ASSERT_THAT(levels, SizeIs(3));
  EXPECT_EQ(config.dynamic_batching.default_priority, 2U);
  EXPECT_EQ(levels[0].timeout, 100us);
  EXPECT_EQ(levels[0].timeout_action, TimeoutAction::kDelay);
  EXPECT_FALSE(levels[0].allow_timeout_override);
  EXPECT_EQ(levels[1].timeout, 100us);
  EXPECT_EQ(levels[2].timeout, 0us);
  EXPECT_EQ(levels[2].timeout_action, TimeoutAction::kReject);
  EXPECT_TRUE(levels[2].allow_timeout_override);
  EXPECT_EQ(levels[2].max_queue_size, 4U);
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(ModelConfigTest, RefusesPriorityLevelsThatAreNotThere) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfig("dynamic_batching { priority_levels: 2 }"),
              refuses("default_priority_level is 0: want 1 to 2"));
  EXPECT_THAT(ParseModelConfig("dynamic_batching { priority_levels: 2 default_priority_level: 3 }"),
              refuses("default_priority_level is 3: want 1 to 2"));
  EXPECT_THAT(ParseModelConfig("dynamic_batching { priority_queue_policy { key: 2 value {} } }"),
              refuses("priority_queue_policy[2]: there are 0 priority_levels"));
  EXPECT_THAT(ParseModelConfig("dynamic_batching { priority_levels: 18446744073709551615 }"),
              refuses("priority_levels is 18446744073709551615: at most 64"));
}

TEST(ModelConfigTest, AddsUpInstanceGroupsThatAreNotPassive) {
  ASSERT_OK_AND_ASSIGN(const ModelConfig config,
                       ParseModelConfig("instance_group [ { count: 2 host_policy: 'a' }, "
                                        "{ count: 9 passive: true }, { kind: KIND_MODEL } ]"));

  ASSERT_THAT(config.instance_groups, SizeIs(2));
  EXPECT_EQ(config.instance_groups[0].host_policy, "a");
  EXPECT_EQ(config.instance_groups[1].count, 1U);
  EXPECT_EQ(config.instance_groups[1].host_policy, "model");
  EXPECT_THAT(config.warnings, IsEmpty());
  EXPECT_THAT(ParseModelConfig("instance_group { passive: true }"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("every instance_group is passive")));
}

TEST(ModelConfigTest, RefusesToPreserveAnOrderThatThereIsNot) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfig("dynamic_batching { preserve_ordering: true priority_levels: 2 "
                               "default_priority_level: 1 }"),
              refuses("preserve_ordering allows one priority level, there are 2"));
  EXPECT_THAT(ParseModelConfig("dynamic_batching { preserve_ordering: true default_queue_policy { "
                               "timeout_action: DELAY default_timeout_microseconds: 1 } }"),
              refuses("preserve_ordering and timeout_action DELAY"));
  EXPECT_TRUE(ParseModelConfig("dynamic_batching { preserve_ordering: true }").has_value());
}

TEST(ModelConfigTest, RefusesReshapesThatChangeTheElements) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfig("input { name: 'x' dims: 4 reshape { shape: [ 2, 3 ] } }"),
              refuses("input \"x\": dims [4] cannot be reshaped to [2,3]"));
  EXPECT_THAT(ParseModelConfig("input { name: 'x' dims: [ -1, 4 ] reshape { shape: [ 4, -1 ] } }"),
              refuses("cannot be reshaped"));
  EXPECT_THAT(ParseModelConfig("output { name: 'x' dims: 4 reshape { shape: [ 4, 0 ] } }"),
              refuses("output \"x\" reshape: a size is 0"));
  EXPECT_TRUE(ParseModelConfig("input { name: 'x' dims: 1 reshape {} }").has_value());
}

TEST(ModelConfigTest, RefusesPaddingThatItCannotDo) {
  const auto with = [](std::string_view value) {
    return ParseModelConfig(fmt::format(
        "parameters {{ key: 'slipway.pad_to_preferred' value {{ string_value: '{}' }} }}", value));
  };
  EXPECT_THAT(with("yes"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"yes\"")));
  EXPECT_THAT(with("true"), FailsWith(ErrorCode::kInvalidArgument,
                                      HasSubstr("needs dynamic_batching.preferred_batch_size")));
  ASSERT_OK_AND_ASSIGN(const ModelConfig off, with("false"));
  EXPECT_FALSE(off.dynamic_batching.pad_to_preferred);
  EXPECT_THAT(off.warnings, IsEmpty());
}

TEST(ModelConfigTest, ReadsEveryDataType) {
  for (const std::string_view name :
       {"TYPE_BOOL", "TYPE_UINT8", "TYPE_UINT16", "TYPE_UINT32", "TYPE_UINT64", "TYPE_INT8",
        "TYPE_INT16", "TYPE_INT32", "TYPE_INT64", "TYPE_FP16", "TYPE_FP32", "TYPE_FP64",
        "TYPE_STRING", "TYPE_BF16"}) {
    ASSERT_OK_AND_ASSIGN(
        const ModelConfig config,
        ParseModelConfig(fmt::format("input {{ name: 'x' data_type: {} dims: 1 }}", name)));

    EXPECT_TRUE(config.inputs[0].dtype.has_value()) << name;
  }
}

TEST(ModelConfigTest, NamesTheFieldsThatHaveNoEffect) {
  constexpr std::string_view kText = R"(
    optimization { priority: PRIORITY_MAX input_pinned_memory { enable: false } }
    input [ { name: "x" dims: [ 1, 2, 2 ] format: FORMAT_NCHW } ]
    parameters { key: "gpu_mem_limit" value: { string_value: "4" } }
    instance_group { kind: KIND_GPU gpus: [ 0, 1 ] rate_limiter { priority: 2 } }
  )";

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(kText));

  EXPECT_THAT(config.warnings,
              ElementsAre("instance_group.kind is KIND_GPU: its instances run on the CPU",
                          "input[0].format has no effect", "instance_group[0].gpus has no effect",
                          "instance_group[0].rate_limiter.priority has no effect",
                          "optimization.priority has no effect",
                          "parameters[\"gpu_mem_limit\"] has no effect"));
  EXPECT_THAT(config.parameters, ElementsAre(Pair("gpu_mem_limit", "4")));
}

TEST(ModelConfigTest, TellsABoundedNumberOfWarnings) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += fmt::format("cc_model_filenames {{ key: '{}' value: '' }}\n", i);
  }

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(text));

  ASSERT_THAT(config.warnings, SizeIs(33));
  EXPECT_EQ(config.warnings.back(), "968 more fields have no effect");
}

TEST(ModelConfigTest, ReadsHowTheModelIsLoaded) {
  constexpr std::string_view kText = R"(
    optimization { graph { level: 1 } }
    parameters { key: "intra_op_thread_count" value { string_value: "4" } }
    parameters { key: "inter_op_thread_count" value { string_value: "2" } }
    parameters { key: "execution_mode" value { string_value: "1" } }
    parameters { key: "enable_mem_arena" value { string_value: "0" } }
    parameters { key: "enable_mem_pattern" value { string_value: "1" } }
    parameters { key: "session.disable_prepacking" value { string_value: "1" } }
    metric_tags { key: "team" value: "vision" }
  )";

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(kText));

  const runtime::SessionOptions expected{.optimization = runtime::GraphOptimization::kExtended,
                                         .intra_op_threads = 4,
                                         .inter_op_threads = 2,
                                         .parallel_nodes = true,
                                         .memory_arena = false,
                                         .memory_patterns = true,
                                         .settings = {{"session.disable_prepacking", "1"}}};
  EXPECT_EQ(config.session, expected);
  EXPECT_THAT(config.metric_tags, ElementsAre(Pair("team", "vision")));
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(ModelConfigTest, ReadsEachLevelOfGraphOptimization) {
  using runtime::GraphOptimization;
  const auto level = [](int number) {
    return ParseModelConfig(fmt::format("optimization {{ graph {{ level: {} }} }}", number))
        ->session.optimization;
  };
  EXPECT_EQ(level(0), GraphOptimization::kAll);
  EXPECT_EQ(level(-1), GraphOptimization::kBasic);
  EXPECT_EQ(level(1), GraphOptimization::kExtended);
  EXPECT_EQ(level(2), GraphOptimization::kNone);
}

TEST(ModelConfigTest, ReadsWarmups) {
  constexpr std::string_view kText = R"(
    model_warmup [
      { name: "skipped" inputs { key: "x" value { data_type: TYPE_FP32 dims: 2 zero_data: true } } },
      {
        name: "three" batch_size: 8 count: 5
        inputs { key: "z" value { data_type: TYPE_FP32 dims: 2 input_data_file: "raw" } }
        inputs { key: "y" value { data_type: TYPE_INT64 dims: [ 1, 2 ] random_data: true } }
        inputs { key: "x" value { data_type: TYPE_STRING dims: 1 zero_data: true } }
      }
    ]
  )";

  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfig(kText));

  EXPECT_THAT(config.warnings,
              ElementsAre("model_warmup \"skipped\" has batch_size 0 and is left out"));
  ASSERT_THAT(config.warmups, SizeIs(1));
  const WarmupConfig& warmup = config.warmups[0];
  EXPECT_EQ(warmup.name, "three");
  EXPECT_EQ(warmup.batch_size, 8);
  EXPECT_EQ(warmup.count, 5);
  ASSERT_THAT(warmup.inputs, SizeIs(3));
  EXPECT_EQ(warmup.inputs[0].dtype, DataType::kBytes);
  EXPECT_TRUE(std::holds_alternative<ZeroData>(warmup.inputs[0].data));
  EXPECT_THAT(warmup.inputs[1].dims, ElementsAre(1, 2));
  EXPECT_TRUE(std::holds_alternative<RandomData>(warmup.inputs[1].data));
  EXPECT_EQ(std::get<FileData>(warmup.inputs[2].data).name, "raw");
}

TEST(ModelConfigTest, RefusesLifecycleFieldsWithoutMeaning) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  const auto parameter = [](std::string_view key, std::string_view value) {
    return ParseModelConfig(
        fmt::format("parameters {{ key: '{}' value {{ string_value: '{}' }} }}", key, value));
  };
  EXPECT_THAT(parameter("intra_op_thread_count", "-1"), refuses("intra_op_thread_count is \"-1\""));
  EXPECT_THAT(parameter("inter_op_thread_count", "9999"), refuses("from 0 to 1024"));
  EXPECT_THAT(parameter("execution_mode", "2"), refuses("execution_mode is \"2\""));
  EXPECT_THAT(parameter("enable_mem_arena", ""), refuses("enable_mem_arena is \"\""));
  EXPECT_THAT(ParseModelConfig("optimization { graph { level: 3 } }"), refuses("level is 3"));
  for (const std::string_view name : {"model", "le", "__name", "a-b", "1a", ""}) {
    EXPECT_THAT(ParseModelConfig(fmt::format("metric_tags {{ key: '{}' value: 'x' }}", name)),
                refuses(fmt::format("metric_tags: {:?}", name)));
  }
  const auto warmup = [](std::string_view input) {
    return ParseModelConfig(fmt::format(
        "model_warmup {{ name: 'w' batch_size: 1 inputs {{ key: 'x' value {{ {} }} }} }}", input));
  };
  EXPECT_THAT(warmup("dims: 1 zero_data: true"), refuses("input \"x\" has no data_type"));
  EXPECT_THAT(warmup("data_type: TYPE_FP32 dims: -1"), refuses("a size in dims is -1"));
  EXPECT_THAT(warmup("data_type: TYPE_FP32 dims: 1 input_data_file: '../x'"), refuses("\"../x\""));
  EXPECT_THAT(ParseModelConfig("model_warmup { name: 'w' batch_size: 1 count: 4000000000 }"),
              refuses("count is 4000000000"));
}

TEST(ModelConfigTest, ReadsTheSameFromJson) {
  ASSERT_OK_AND_ASSIGN(const ModelConfig config, ParseModelConfigJson(R"({
    "name": "fashion", "max_batch_size": 8, "backend": "onnxruntime",
    "input": [{"name": "x", "data_type": "TYPE_FP32", "dims": [1, 28]}],
    "dynamicBatching": {"max_queue_delay_microseconds": 250},
    "version_policy": {"specific": {"versions": [1, "3"]}},
    "parameters": {"intra_op_thread_count": {"string_value": "2"}}})"));

  EXPECT_EQ(config.name, "fashion");
  EXPECT_EQ(config.max_batch_size, 8);
  EXPECT_THAT(config.inputs[0].dims, ElementsAre(1, 28));
  EXPECT_EQ(config.dynamic_batching.max_queue_delay, 250us);
  EXPECT_THAT(std::get<SpecificVersions>(config.version_policy).versions,
              ElementsAre(VersionId(1), VersionId(3)));
  EXPECT_EQ(config.session.intra_op_threads, 2U);
}

TEST(ModelConfigTest, RefusesJsonThatIsNoConfiguration) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfigJson(R"({"max_bach_size": 3})"), refuses("max_bach_size"));
  EXPECT_THAT(ParseModelConfigJson(""), refuses("not a ModelConfig"));
  EXPECT_THAT(ParseModelConfigJson("[]"), refuses("not a ModelConfig"));
  EXPECT_THAT(ParseModelConfigJson(R"({"max_batch_size": "many"})"), refuses("not a ModelConfig"));
  EXPECT_THAT(ParseModelConfigJson(std::string(100'000, '[')), refuses("not a ModelConfig"));
  EXPECT_THAT(ParseModelConfigJson(R"({"max_batch_size": -1})"), refuses("max_batch_size is -1"));
  EXPECT_THAT(ParseModelConfigJson(std::string(kMaxConfigBytes + 1, ' ')),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1048577 bytes")));
}

TEST(ModelConfigTest, RefusesBrokenTextWithItsPlace) {
  EXPECT_THAT(ParseModelConfig("name: \"a\"\n  max_bach_size: 3"),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("line 2, column 16"), HasSubstr("max_bach_size"))));
  EXPECT_THAT(ParseModelConfig("max_batch_size: many"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("line 1")));
  EXPECT_THAT(ParseModelConfig("input { name: 'x'"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("line 1")));
  EXPECT_THAT(ParseModelConfig("dynamic_batching {} sequence_batching {}"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("scheduling_choice")));
}

TEST(ModelConfigTest, RefusesValuesWithoutMeaning) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfig("max_batch_size: -1"), refuses("max_batch_size is -1"));
  EXPECT_THAT(ParseModelConfig("input { dims: 1 }"), refuses("input has no name"));
  EXPECT_THAT(ParseModelConfig("input { name: 'x' }"), refuses("input \"x\" has no dims"));
  EXPECT_THAT(ParseModelConfig("output { name: 'x' dims: 0 }"),
              refuses("output \"x\" dims: a size is 0"));
  EXPECT_THAT(ParseModelConfig("output { name: 'x' dims: 1 data_type: 99 }"),
              refuses("data_type 99 is not a type"));
  EXPECT_THAT(ParseModelConfig("input { name: 'x' dims: 1 } input { name: 'x' dims: 1 }"),
              refuses("input \"x\" comes twice"));
  EXPECT_THAT(ParseModelConfig("version_policy { specific { versions: 0 } }"),
              refuses("version 0"));
  EXPECT_THAT(ParseModelConfig("instance_group { count: -2 }"), refuses("count is -2"));
  EXPECT_THAT(ParseModelConfig("instance_group { count: 2000000000 }"),
              refuses("2000000000 instances: at most 256"));
  EXPECT_THAT(ParseModelConfig("dynamic_batching { preferred_batch_size: 0 }"),
              refuses("preferred_batch_size is 0"));
  EXPECT_THAT(
      ParseModelConfig("dynamic_batching { max_queue_delay_microseconds: 18446744073709551615 }"),
      refuses("max_queue_delay_microseconds is 18446744073709551615"));
}

TEST(ModelConfigTest, RefusesModelFileNamesThatLeaveTheFolder) {
  for (const std::string_view name :
       {"../model.onnx", "/etc/passwd", "a/b", "..", ".", "a\\000b"}) {
    EXPECT_THAT(ParseModelConfig(fmt::format("default_model_filename: \"{}\"", name)),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("default_model_filename")))
        << name;
  }
}

TEST(ModelConfigTest, RefusesModelsOfOtherBackends) {
  const auto refuses = [](std::string_view message) {
    return FailsWith(ErrorCode::kUnimplemented, HasSubstr(message));
  };
  EXPECT_THAT(ParseModelConfig("platform: 'tensorrt_plan'"), refuses("tensorrt_plan"));
  EXPECT_THAT(ParseModelConfig("backend: 'python'"), refuses("python"));
  EXPECT_THAT(ParseModelConfig("sequence_batching {}"), refuses("sequence_batching"));
  EXPECT_THAT(ParseModelConfig("ensemble_scheduling {}"), refuses("ensemble_scheduling"));
}

TEST(ModelConfigTest, RefusesTextThatIsTooLong) {
  EXPECT_THAT(ParseModelConfig(std::string(kMaxConfigBytes + 1, ' ')),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1048577 bytes")));
}

}  // namespace
}  // namespace slipway::serving
