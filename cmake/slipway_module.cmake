if(SLIPWAY_BUILD_TESTS)
  # All unit tests and fuzzers, without what only the suites over several modules need.
  add_custom_target(slipway_units)
endif()

# slipway_module(name [HEADERS ...] [SOURCES ...] [DEPS module...] [LIBRARIES target...]
#                [TESTS ...] [TEST_DEPS module...] [TESTING ...] [BENCHES ...] [FUZZERS ...])
# One folder = one static library slipway_<name> = one namespace. DEPS are the modules it includes, and
# TEST_DEPS those that only its tests include, and both are the whole truth: tools/check_layers.py
# compares them with every #include. LIBRARIES are third-party targets, private to the module. TESTING
# holds sources of fakes, the library slipway_<name>_testing; tests and benches are linked with their own
# and with those of DEPS and TEST_DEPS. Each fuzzer file is linked to libFuzzer, or to a driver that replays
# tests/corpus/<fuzzer>/ as a unit test.
function(slipway_module name)
  cmake_parse_arguments(arg "" ""
    "HEADERS;SOURCES;DEPS;LIBRARIES;TESTS;TEST_DEPS;TESTING;BENCHES;FUZZERS" ${ARGN})
  string(REPLACE "/" "_" flat ${name})
  set(target slipway_${flat})
  add_library(${target} STATIC)
  target_sources(${target}
    PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  list(TRANSFORM arg_DEPS REPLACE "/" "_")
  list(TRANSFORM arg_DEPS PREPEND slipway_ OUTPUT_VARIABLE modules)
  target_link_libraries(${target}
    PUBLIC ${modules} fmt::fmt Threads::Threads slipway_sanitize slipway_hardening
    PRIVATE slipway_warnings ${arg_LIBRARIES})
  slipway_precompile(${target} slipway_precompiled)
  slipway_lint(${target})
  if(arg_TESTING AND SLIPWAY_BUILD_TESTS)
    add_library(${target}_testing STATIC ${arg_TESTING})
    target_link_libraries(${target}_testing PUBLIC ${target} GTest::gmock PRIVATE slipway_warnings)
  endif()
  if(arg_TESTS AND SLIPWAY_BUILD_TESTS)
    slipway_unit_test(${target} ${arg_TESTS})
    target_link_libraries(${target}_test PRIVATE ${arg_LIBRARIES})
    slipway_link_testing(${target}_test ${name} ${arg_DEPS} ${arg_TEST_DEPS})
  endif()
  if(SLIPWAY_BUILD_BENCHES)
    foreach(source IN LISTS arg_BENCHES)
      get_filename_component(bench ${source} NAME_WE)
      add_executable(${bench} ${source})
      target_link_libraries(${bench} PRIVATE
        ${target} slipway_warnings benchmark::benchmark_main ${arg_LIBRARIES})
      slipway_link_testing(${bench} ${name} ${arg_DEPS} ${arg_TEST_DEPS})
    endforeach()
  endif()
  foreach(source IN LISTS arg_FUZZERS)
    slipway_fuzzer(${target} ${source})
  endforeach()
endfunction()

# One executable and one CTest test, labelled `unit`, with all unit tests of a module: with a process for each case
# the sanitizers would spend minutes on starting. tools/run_tests.py reads from the results how many cases there are.
function(slipway_unit_test target)
  add_executable(${target}_test ${ARGN})
  target_link_libraries(${target}_test PRIVATE ${target} slipway_warnings GTest::gmock GTest::gtest_main)
  slipway_precompile(${target}_test slipway_precompiled_test)
  add_dependencies(slipway_units ${target}_test)
  add_test(NAME ${target}_test
    COMMAND ${target}_test --gtest_brief=1 --gtest_output=xml:${PROJECT_BINARY_DIR}/results/${target}_test.xml)
  set_tests_properties(${target}_test PROPERTIES LABELS unit TIMEOUT 900)
  if(SLIPWAY_SANITIZE MATCHES "thread")
    set_tests_properties(${target}_test PROPERTIES
      ENVIRONMENT TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan_suppressions.txt)
  endif()
endfunction()

# Links the test executable `target` with the modules that follow and with their fakes.
function(slipway_link_testing target)
  list(TRANSFORM ARGN REPLACE "/" "_" OUTPUT_VARIABLE modules)
  foreach(module IN LISTS modules)
    target_link_libraries(${target} PRIVATE slipway_${module})
    if(TARGET slipway_${module}_testing)
      target_link_libraries(${target} PRIVATE slipway_${module}_testing)
    endif()
  endforeach()
endfunction()

function(slipway_fuzzer target source)
  get_filename_component(fuzzer ${source} NAME_WE)
  set(corpus ${PROJECT_SOURCE_DIR}/tests/corpus/${fuzzer})
  if(SLIPWAY_FUZZ)
    add_executable(${fuzzer} ${source})
    target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${fuzzer} PRIVATE ${target} slipway_warnings)
  elseif(SLIPWAY_BUILD_TESTS)
    add_executable(${fuzzer} ${source} ${PROJECT_SOURCE_DIR}/tests/replay_corpus.cc)
    target_link_libraries(${fuzzer} PRIVATE ${target} slipway_warnings)
    add_dependencies(slipway_units ${fuzzer})
    add_test(NAME corpus.${fuzzer} COMMAND ${fuzzer} ${corpus})
    set_tests_properties(corpus.${fuzzer} PROPERTIES LABELS corpus)
  endif()
endfunction()

# clang-tidy while compiling, and proof that each public header compiles alone.
function(slipway_lint target)
  if(SLIPWAY_LINT)
    set_target_properties(${target} PROPERTIES
      CXX_CLANG_TIDY clang-tidy-19 VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
endfunction()
