# What a preset may choose. Everything else is fixed.
set(SLIPWAY_SANITIZE "" CACHE STRING "Sanitizers of all targets, for example address,undefined")
option(SLIPWAY_BUILD_TESTS "Build unit tests" ON)
option(SLIPWAY_BUILD_BENCHES "Build micro benchmarks" OFF)
option(SLIPWAY_BUILD_EXAMPLES "Build the programs that train the example models (needs libtorch)" OFF)
option(SLIPWAY_FUZZ "Build fuzzers with libFuzzer instead of the corpus replay driver" OFF)
option(SLIPWAY_COVERAGE "Instrument for coverage" OFF)
option(SLIPWAY_LINT "Run clang-tidy while compiling" OFF)
option(SLIPWAY_PRECOMPILE "Use precompiled headers" ON)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# With CMAKE_UNITY_BUILD, which the presets that run set, this many sources are compiled as one: most of what a
# source costs is the templates that it shares with its neighbours. Names in unnamed namespaces are unique in a module.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)  # A change of one source is to be built in 15 s.
endif()
