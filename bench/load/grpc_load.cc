// SPDX-License-Identifier: Apache-2.0
// Closed-loop load for a unary gRPC method with one fixed request, through libgrpc from one thread.
//
// Usage: grpc_load HOST:PORT METHOD BODY_FILE CONNECTIONS SECONDS
// BODY_FILE is a gRPC message with its 5-byte frame header, as h2load takes it. Each connection has
// one call outstanding. Prints one JSON line of figures.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::size_t kFrameHeaderBytes = 5;

struct Call {
  std::size_t connection = 0;
  Clock::time_point start;
  grpc::ClientContext context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

struct Figures {
  std::vector<double> latencies_us;
  std::size_t bad = 0;
};

/// One call outstanding on each of a number of connections.
class Load {
 public:
  Load(std::string method, const std::string& body)
      : method_(std::move(method)),
        slice_(body.data() + kFrameHeaderBytes, body.size() - kFrameHeaderBytes),
        request_(&slice_, 1) {}

  void Connect(const std::string& address, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) {
      grpc::ChannelArguments arguments;
      // Channels with equal arguments would share one connection.
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs_.push_back(std::make_unique<grpc::GenericStub>(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  Figures Run(Clock::duration length) {
    const Clock::time_point stop = Clock::now() + length;
    for (std::size_t i = 0; i < stubs_.size(); ++i) Send(i);
    Figures figures;
    void* tag = nullptr;
    bool ok = false;
    for (std::size_t open = stubs_.size(); open > 0 && queue_.Next(&tag, &ok);) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      const Clock::time_point now = Clock::now();
      Count(*call, now, figures);
      if (now < stop) {
        Send(call->connection);
      } else {
        --open;
      }
    }
    return figures;
  }

 private:
  void Send(std::size_t connection) {
    auto call = std::make_unique<Call>();
    call->connection = connection;
    call->start = Clock::now();
    call->reader = stubs_[connection]->PrepareUnaryCall(&call->context, method_, request_, &queue_);
    call->reader->StartCall();
    Call* tag = call.release();  // `Run` owns it again when the queue returns it.
    tag->reader->Finish(&tag->reply, &tag->status, tag);
  }

  static void Count(const Call& call, Clock::time_point now, Figures& figures) {
    if (call.status.ok()) {
      figures.latencies_us.push_back(Microseconds(now - call.start).count());
      return;
    }
    if (++figures.bad <= 3) std::fprintf(stderr, "%s\n", call.status.error_message().c_str());
  }

  std::string method_;
  grpc::Slice slice_;
  grpc::ByteBuffer request_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
};

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size() - 1, index)];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: grpc_load HOST:PORT METHOD BODY_FILE CONNECTIONS SECONDS\n");
    return 2;
  }
  std::ifstream file(argv[3], std::ios::binary);
  const std::string body((std::istreambuf_iterator<char>(file)), {});
  if (body.size() < kFrameHeaderBytes) {
    std::fprintf(stderr, "grpc_load: no gRPC message in %s\n", argv[3]);
    return 1;
  }
  Load load(argv[2], body);
  load.Connect(argv[1], static_cast<std::size_t>(std::atoi(argv[4])));
  const std::chrono::duration<double> seconds(std::atof(argv[5]));
  Figures figures = load.Run(std::chrono::duration_cast<Clock::duration>(seconds));
  std::ranges::sort(figures.latencies_us);
  const std::size_t good = figures.latencies_us.size();
  std::printf("{\"rate\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"good\": %zu, \"bad\": %zu}\n",
              static_cast<double>(good) / seconds.count(), Percentile(figures.latencies_us, 0.5),
              Percentile(figures.latencies_us, 0.99), good, figures.bad);
  return 0;
}
