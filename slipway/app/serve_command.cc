// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/serve_command.h"

#include "slipway/app/metrics_config.h"
#include "slipway/app/options.h"
#include "slipway/app/server_address.h"
#include "slipway/app/stop_signals.h"
#include "slipway/app/trace_config.h"
#include "slipway/base/log.h"

#include <chrono>
#include <string_view>

namespace slipway::app {

namespace {

serving::ModelControl ControlOf(std::string_view mode) {
  if (mode == "explicit") return serving::ModelControl::kExplicit;
  return mode == "poll" ? serving::ModelControl::kPoll : serving::ModelControl::kNone;
}

}  // namespace

void ServeCommand::AddOptions(Options& verb) {
  AddModelOptions(verb);
  AddFrontOptions(verb);
  AddAccessOptions(verb);
  verb.Add("--intra-op-threads", options_.engine.intra_op_threads,
           "Threads of one engine call, shared by all models; 0: all cores")
      .ShowDefault();
  verb.Add("--instances", options_.models.defaults.instance_count,
           "Engine calls at once for a model whose config.pbtxt says nothing")
      .ShowDefault()
      .Positive();
  verb.Add("--host-policy", host_policies_,
           "<name>,cpu-cores=0-3: where threads of instance groups with this policy run")
      .OneValueEach();
  verb.Add("--drain-grace-secs", grace_seconds_,
           "Seconds after SIGTERM in which the server is unready and goes on as before")
      .ShowDefault();
  verb.Add("--drain-timeout,--exit-timeout-secs", drain_seconds_,
           "Seconds that requests in flight get after that")
      .ShowDefault();
  verb.Add("--log-format", log_format_, "text or json").ShowDefault().OneOf({"text", "json"});
  verb.Add("--metrics-config", metrics_config_,
           "histogram_latencies=false, summary_latencies=true; may come more than once")
      .OneValueEach();
  verb.Add("--trace-config", trace_config_,
           "file=PATH, level=TIMESTAMPS|TENSORS, rate=N, count=N, log-frequency=N; may come "
           "more than once")
      .OneValueEach();
  verb.AddFlag("--json", json_, "Print one JSON object when ready");
}

void ServeCommand::AddFrontOptions(Options& verb) {
  verb.Add("--host", options_.front.host, "Address to listen on").ShowDefault();
  verb.Add("--http-port", options_.front.http_port, "REST; 0 takes a free port").ShowDefault();
  verb.Add("--grpc-port", options_.front.grpc_port, "gRPC; 0 takes a free port").ShowDefault();
  verb.Add("--metrics-port", options_.front.metrics_port, "Metrics; 0 takes a free port")
      .ShowDefault();
  verb.Add("--io-threads", options_.front.io_threads, "Threads that read and answer")
      .ShowDefault()
      .Positive();
  verb.Add("--busy-poll-us", busy_poll_us_,
           "Microseconds in which such a thread asks for the next event before it sleeps, "
           "while events come that close; 0: it sleeps at once")
      .ShowDefault()
      .Between(0, 1000);
  verb.Add("--max-body-bytes", options_.front.max_body_bytes,
           "Largest REST body, also decompressed")
      .ShowDefault();
  verb.Add("--grpc-max-message-bytes", options_.front.max_grpc_message_bytes,
           "Largest gRPC message, also decompressed; at most 2147483647")
      .ShowDefault();
  verb.AddFlag("--grpc-compress-answers", options_.front.compress_grpc,
               "Compress gRPC answers for every client that takes it, not only for those that "
               "compress their requests");
}

void ServeCommand::AddAccessOptions(Options& verb) {
  verb.AddFlag("--allow-client-shm", options_.front.allow_client_shm,
               "Let clients register POSIX shared memory of this machine");
  verb.Add("--http-restricted-api", options_.front.http_restricted_api,
           "group,group:header=value that REST requests of these groups need; repeatable")
      .OneValueEach();
  verb.Add("--grpc-restricted-protocol", options_.front.grpc_restricted_protocol,
           "The same for gRPC, where the key is triton-grpc-protocol-<header>")
      .OneValueEach();
  verb.Add("--http-header-forward-pattern", options_.front.http_header_forward_pattern,
           "Regular expression: REST headers that become request parameters");
  verb.Add("--grpc-header-forward-pattern", options_.front.grpc_header_forward_pattern,
           "Regular expression: gRPC metadata that becomes request parameters");
  verb.Add("--cors-allow-origin", options_.front.cors_allow_origins,
           "Origin of web pages that may call, or *; repeatable")
      .OneValueEach();
}

void ServeCommand::AddModelOptions(Options& verb) {
  serving::ModelServerOptions& models = options_.models;
  verb.Add("--model-repository", models.repositories,
           "Folder of models: <model>/<version>/model.onnx, config.pbtxt optional; may come "
           "several times")
      .Required()
      .OneValueEach();
  verb.Add("--model-control-mode", control_mode_,
           "none: all models, once; explicit: --load-model, then on request; poll: follow "
           "the folder")
      .ShowDefault()
      .OneOf({"none", "explicit", "poll"});
  verb.Add("--load-model", models.startup_models,
           "With explicit: a model to load at the start, * for all; may come several times")
      .OneValueEach();
  verb.Add("--repository-poll-secs", poll_seconds_,
           "With poll: how often to look where the file system tells of no changes; 0: never")
      .ShowDefault();
  verb.Add("--model-load-thread-count", models.load_threads, "Models loaded at once")
      .ShowDefault()
      .Between(1, 256);
  verb.Add("--model-config-name", models.config_name,
           "Take configs/<name>.pbtxt of the models that have it");
  verb.AddFlag("--disable-auto-complete-config{false}", models.defaults.auto_complete,
               "Take nothing from the model file that config.pbtxt leaves out");
  verb.Add("--strict-readiness", models.strict_readiness,
           "Whether the server is unready while a model that should serve does not")
      .ShowDefault();
  verb.Add("--exit-on-error", models.exit_on_error,
           "Whether to end if a model cannot be loaded at the start")
      .ShowDefault();
}

Status ServeCommand::Run(Terminal& terminal) {
  options_.front.busy_poll = std::chrono::microseconds(busy_poll_us_);
  options_.models.control = ControlOf(control_mode_);
  options_.models.poll_interval = std::chrono::seconds(poll_seconds_);
  ConfigureLog({.format = log_format_ == "json" ? LogFormat::kJson : LogFormat::kText});
  SLIPWAY_TRY_ASSIGN(options_.traces, ParseTraceConfig(trace_config_));
  SLIPWAY_TRY_ASSIGN(const metrics::RegistryOptions metrics, ParseMetricsConfig(metrics_config_));
  options_.metrics.histograms = metrics.histograms;
  options_.metrics.summaries = metrics.summaries;
  for (const std::string& policy : host_policies_) {
    SLIPWAY_TRY(serving::AddHostPolicy(policy, options_.models.defaults.host_policies));
  }
  const StopSignals stop;
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<LocalServer> server, LocalServer::Start(options_));
  const ServerAddress address{.host = options_.front.host, .ports = server->ports()};
  terminal.Write(json_ ? AddressJson(address) + "\n" : AddressText(address));
  stop.Wait();
  server->BeginDrain();
  if (grace_seconds_ > 0) {
    LogInfo("unready from now on, and draining in {} s; a second signal ends the wait",
            grace_seconds_);
    stop.WaitFor(std::chrono::seconds(grace_seconds_));
  }
  stop.Release();
  LogInfo("draining for at most {} s; a second signal stops at once", drain_seconds_);
  const std::size_t cut_off = server->Drain(std::chrono::seconds(drain_seconds_));
  if (cut_off == 0) return {};
  return MakeError(ErrorCode::kDeadlineExceeded,
                   "{} requests were still running after {} s and were cut off", cut_off,
                   drain_seconds_);
}

}  // namespace slipway::app
