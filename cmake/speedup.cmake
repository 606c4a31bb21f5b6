# What makes builds faster: ccache and mold where they are installed, precompiled headers.
find_program(SLIPWAY_CCACHE ccache)
if(SLIPWAY_CCACHE AND NOT SLIPWAY_LINT)
  # Precompiled headers hold their files' times, which a fresh clone changes.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${SLIPWAY_CCACHE})
endif()
find_program(SLIPWAY_MOLD mold)
if(SLIPWAY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# g++ collects garbage only in heaps over 512 MiB: some percent less to compile for 100 MB more.
add_compile_options($<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=524288>)

# Executables are compiled as libraries are, so that all can share precompiled headers.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)
# But none of our functions is replaced when a program is loaded, so that they may be inlined.
add_compile_options(-fno-semantic-interposition)

# Makes `name`, an object library whose only use is the precompiled headers that follow.
function(slipway_precompiled_headers name)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE
    fmt::fmt Threads::Threads slipway_warnings slipway_sanitize slipway_hardening)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <chrono> <cstdint> <expected> <filesystem> <fmt/format.h> <fmt/ranges.h>
    <functional> <map> <memory> <optional> <span> <string> <string_view> <utility> <variant> <vector>
    ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# Compiles `target` with the precompiled headers of `name`.
function(slipway_precompile target name)
  if(SLIPWAY_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endfunction()

if(SLIPWAY_PRECOMPILE)
  slipway_precompiled_headers(slipway_precompiled)
  if(SLIPWAY_BUILD_TESTS)
    slipway_precompiled_headers(slipway_precompiled_test <gmock/gmock.h> <gtest/gtest.h>)
    target_link_libraries(slipway_precompiled_test PRIVATE GTest::gmock)
  endif()
endif()
