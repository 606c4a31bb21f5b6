// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/proto/inference.grpc.pb.h"

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>

namespace slipway::testing {

/// libgrpc's server with one model, "identity", whose output "y" is its input "x": a peer that
/// shares no code with our client.
class IdentityGrpcServer final : private inference::GRPCInferenceService::Service {
 public:
  /// Listens on `port` of the loopback address; 0 takes a free one.
  explicit IdentityGrpcServer(std::uint16_t port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.SetMaxReceiveMessageSize(-1);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~IdentityGrpcServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  int port() const { return port_; }

 private:
  grpc::Status ServerReady(grpc::ServerContext*, const inference::ServerReadyRequest*,
                           inference::ServerReadyResponse* response) override {
    response->set_ready(true);
    return grpc::Status::OK;
  }

  grpc::Status ModelMetadata(grpc::ServerContext*, const inference::ModelMetadataRequest* request,
                             inference::ModelMetadataResponse* response) override {
    if (request->name() != "identity") return NoModel(request->name());
    response->set_name("identity");
    response->add_versions("1");
    response->set_platform("onnxruntime_onnx");
    Describe("x", *response->add_inputs());
    Describe("y", *response->add_outputs());
    return grpc::Status::OK;
  }

  grpc::Status ModelInfer(grpc::ServerContext* context, const inference::ModelInferRequest* request,
                          inference::ModelInferResponse* response) override {
    if (request->model_name() == "silent") {
      while (!context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    if (request->model_name() != "identity") return NoModel(request->model_name());
    response->set_model_name("identity");
    response->set_model_version("1");
    response->set_id(request->id());
    auto& output = *response->add_outputs();
    output.set_name("y");
    output.set_datatype(request->inputs(0).datatype());
    *output.mutable_shape() = request->inputs(0).shape();
    response->add_raw_output_contents(request->raw_input_contents(0));
    return grpc::Status::OK;
  }

  static grpc::Status NoModel(const std::string& name) {
    return {grpc::StatusCode::NOT_FOUND, "no model \"" + name + "\", 100% sure"};
  }

  static void Describe(const std::string& name,
                       inference::ModelMetadataResponse::TensorMetadata& tensor) {
    tensor.set_name(name);
    tensor.set_datatype("FP32");
    tensor.add_shape(-1);
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace slipway::testing
