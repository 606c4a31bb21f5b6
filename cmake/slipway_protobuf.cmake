# slipway_protobuf(target proto...): a static library of the generated code of our own .proto files,
# included by its full path, as in "slipway/api/proto/inference.pb.h". Only the modules that speak the
# messages link it.
function(slipway_protobuf target)
  add_library(${target} STATIC)
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)  # The generated sources share names.
  foreach(proto IN LISTS ARGN)
    slipway_generate(${target} ${CMAKE_CURRENT_SOURCE_DIR}/${proto} .pb --cpp_out=${PROJECT_BINARY_DIR}/generated)
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${PROJECT_BINARY_DIR}/generated)
  # A minute less to compile; what is on the request path reads protobuf by itself.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf PRIVATE slipway_sanitize slipway_hardening)
endfunction()

# Adds what protoc makes of `proto` with `flags` to the sources of `target`. CMake's own
# protobuf_generate() can name only files of the current folder, so two modules' would collide.
function(slipway_generate target proto suffix)
  file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${proto})
  string(REGEX REPLACE "\\.proto$" "${suffix}" stem ${PROJECT_BINARY_DIR}/generated/${relative})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${stem}.cc ${stem}.h
    COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} ${ARGN} ${relative}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    DEPENDS ${proto} protobuf::protoc
    COMMENT "Generating ${relative} as ${suffix}"
    VERBATIM)
  target_sources(${target} PRIVATE ${stem}.cc ${stem}.h)
endfunction()
