# slipway_api_grpc: libgrpc's stubs for our services, which make it a peer that shares no code with us.
# There is no such target where libgrpc is not installed; the tests with it are then left out.
find_package(gRPC CONFIG QUIET)  # pkg-config would walk grpc++'s hundreds of packages 25 times, for 25 s.
find_program(SLIPWAY_GRPC_PLUGIN grpc_cpp_plugin)
if(NOT TARGET gRPC::grpc++ OR NOT SLIPWAY_GRPC_PLUGIN)
  message(STATUS "No libgrpc: tests with it are left out; tools/install_deps test installs it")
  return()
endif()

add_library(slipway_api_grpc STATIC)
foreach(proto inference health reflection)
  slipway_generate(slipway_api_grpc ${PROJECT_SOURCE_DIR}/slipway/api/proto/${proto}.proto .grpc.pb
    --grpc_out=${PROJECT_BINARY_DIR}/generated --plugin=protoc-gen-grpc=${SLIPWAY_GRPC_PLUGIN})
endforeach()
target_link_libraries(slipway_api_grpc PUBLIC slipway_api_proto gRPC::grpc++ PRIVATE slipway_sanitize)
