// SPDX-License-Identifier: Apache-2.0
// null_server PORT [IO_THREADS]: answers every request with the same 100 bytes, so that wrk and
// h2load measure the transport alone. Ends when its standard input does.
#include "slipway/api/internal/http_transport.h"
#include "slipway/base/format.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace slipway::api {
namespace {

class NullHandler final : public HttpHandler {
 public:
  void Handle(HttpRequest, Responder respond) override {
    HttpResponse response;
    response.headers.Add("content-type", "application/json");
    response.body.emplace_back(std::string(100, 'x'));
    respond(std::move(response));
  }
  void OnRoundEnd() override {}
};

int Run(std::uint16_t port, std::size_t io_threads) {
  NullHandler handler;
  const TransportOptions options{.io_threads = io_threads};
  const auto transport =
      HttpTransport::Create(options, {Endpoint{.port = port, .handler = &handler}});
  if (!transport) {
    fmt::print(stderr, "{}\n", ToString(transport.error()));
    return EXIT_FAILURE;
  }
  fmt::print("listening on port {}\n", (*transport)->ports().front());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace slipway::api

int main(int argc, char** argv) {
  const auto number = [&](int index, int otherwise) {
    return index < argc ? std::atoi(argv[index]) : otherwise;
  };
  return slipway::api::Run(static_cast<std::uint16_t>(number(1, 0)),
                           static_cast<std::size_t>(number(2, 1)));
}
