# slipway_api_grpc: libgrpc's stubs for our services, which make it a peer that shares no code with us.
# There is no such target where libgrpc is not installed; the tests with it are then left out.
# Asked once: pkg_check_modules asks 25 times, and each takes a second for the hundreds of packages behind grpc++. The CMake
# package of gRPC brings compiler flags with which no precompiled header fits.
execute_process(COMMAND ${PKG_CONFIG_EXECUTABLE} --libs grpc++
  OUTPUT_VARIABLE grpc_libraries OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
separate_arguments(grpc_libraries)
find_program(SLIPWAY_GRPC_PLUGIN grpc_cpp_plugin)
if(NOT grpc_libraries OR NOT SLIPWAY_GRPC_PLUGIN)
  message(STATUS "No libgrpc: tests with it are left out; tools/install_deps test installs it")
  return()
endif()

add_library(slipway_api_grpc STATIC)
foreach(proto inference health reflection)
  slipway_generate(slipway_api_grpc ${PROJECT_SOURCE_DIR}/slipway/api/proto/${proto}.proto .grpc.pb
    --grpc_out=${PROJECT_BINARY_DIR}/generated --plugin=protoc-gen-grpc=${SLIPWAY_GRPC_PLUGIN})
endforeach()
target_link_libraries(slipway_api_grpc PUBLIC slipway_api_proto ${grpc_libraries} PRIVATE slipway_sanitize)
