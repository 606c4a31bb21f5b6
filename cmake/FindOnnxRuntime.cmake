# Finds ONNX Runtime: $ONNXRUNTIME_ROOT (variable or environment), then a system package, then what
# tools/install_deps put under .deps/. Defines OnnxRuntime::OnnxRuntime and OnnxRuntime_LIBRARY.
set(onnxruntime_roots ${ONNXRUNTIME_ROOT} $ENV{ONNXRUNTIME_ROOT})
set(onnxruntime_fallback ${PROJECT_SOURCE_DIR}/.deps/onnxruntime)

find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_c_api.h
  HINTS ${onnxruntime_roots} PATHS ${onnxruntime_fallback} PATH_SUFFIXES include include/onnxruntime)
find_library(OnnxRuntime_LIBRARY NAMES onnxruntime
  HINTS ${onnxruntime_roots} PATHS ${onnxruntime_fallback} PATH_SUFFIXES lib lib64)

if(OnnxRuntime_INCLUDE_DIR)
  # The header has no version macro but the API's number: API 21 came with 1.21.
  file(STRINGS ${OnnxRuntime_INCLUDE_DIR}/onnxruntime_c_api.h line REGEX "#define ORT_API_VERSION")
  string(REGEX MATCH "[0-9]+" api "${line}")
  set(OnnxRuntime_VERSION 1.${api})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime
  REQUIRED_VARS OnnxRuntime_LIBRARY OnnxRuntime_INCLUDE_DIR VERSION_VAR OnnxRuntime_VERSION
  REASON_FAILURE_MESSAGE "run tools/install_deps, or set ONNXRUNTIME_ROOT")

if(OnnxRuntime_FOUND AND NOT TARGET OnnxRuntime::OnnxRuntime)
  add_library(OnnxRuntime::OnnxRuntime SHARED IMPORTED)
  set_target_properties(OnnxRuntime::OnnxRuntime PROPERTIES
    IMPORTED_LOCATION ${OnnxRuntime_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${OnnxRuntime_INCLUDE_DIR})
endif()
