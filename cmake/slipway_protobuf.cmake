# slipway_protobuf(target proto...): a static library of the generated code of our own .proto files.
# Only the module that owns the messages links it.
function(slipway_protobuf target)
  add_library(${target} STATIC ${ARGN})
  protobuf_generate(TARGET ${target} LANGUAGE cpp
    IMPORT_DIRS ${PROJECT_SOURCE_DIR} PROTOC_OUT_DIR ${PROJECT_BINARY_DIR}/generated)
  target_include_directories(${target} SYSTEM PUBLIC ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf PRIVATE slipway_sanitize)
endfunction()
