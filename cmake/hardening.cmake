# Hardening of shipped binaries: position independent, read-only relocations, checked libc calls.
add_library(slipway_hardening INTERFACE)
target_link_options(slipway_hardening INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(slipway_hardening INTERFACE
    -fstack-protector-strong $<$<NOT:$<BOOL:${SLIPWAY_SANITIZE}>>:-D_FORTIFY_SOURCE=2>)
endif()
include(CheckPIESupported)
check_pie_supported()
